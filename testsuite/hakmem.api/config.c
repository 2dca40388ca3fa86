/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hakmem_config() names the build's switches and the options in force, in memory that stays. */
/* hak-conf: purge_delay:4321 */
#include "check.h"
#include <hakmem.h>

int main(void)
{
	static const char *const names[] = {
		"superslab_size", "tiny_cache_cap", "debug", "audit", "cxx", "override",
		"strict", "on_error", "diet", "stats", "purge_delay", "cache_cap",
	};
	const char *config = hakmem_config();
	char *copy = strdup(config);
	size_t i;

	CHECK(copy);
	for (i = 0; i < N_OF(names); i++)
		CHECK(strstr(config, names[i]), "no %s in:\n%s", names[i], config);
	CHECK(strstr(config, "4321"), "purge_delay:4321 is not in:\n%s", config);
	CHECK(strchr(config, ':') && strchr(config, '\n'));
	CHECK(!strcmp(copy, config));
	CHECK(hakmem_config() && !strcmp(copy, config), "the text changed");
	free(copy);
	return 0;
}
