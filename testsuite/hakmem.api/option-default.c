/* SPDX-License-Identifier: MIT */
/* hak-plain: expects no options */
/* hak-link: shared */
/* Without HAKMEM_CONF the options have their documented defaults. */
#include "check.h"
#include <hakmem.h>

static void check(const char *name, const char *value)
{
	char text[64];

	CHECK(hakmem_option_get(name, text, sizeof(text)) == strlen(value), "%s", name);
	CHECK(!strcmp(text, value), "%s is %s", name, text);
}

int main(void)
{
	CHECK(!getenv("HAKMEM_CONF") || !*getenv("HAKMEM_CONF"), "HAKMEM_CONF is set");
	check("strict", "false");
	check("on_error", "abort");
	check("diet", "false");
	check("stats", "none");
	check("purge_delay", "1000");
	return 0;
}
