/* SPDX-License-Identifier: MIT */
/* A program that brings options of its own: they are in force, and the environment's win. */
#include "check.h"
#include <hakmem.h>

const char *hakmem_conf = "purge_delay:77, cache_cap = 44,no_such:1";

static void check(const char *name, const char *value, const char *origin)
{
	char text[64] = "";
	const char *found = hakmem_option_origin(name);

	hakmem_option_get(name, text, sizeof(text));
	CHECK(!strcmp(text, value), "%s is %s", name, text);
	CHECK(found && !strcmp(found, origin), "%s comes from %s", name, found ? found : "nowhere");
}

int main(void)
{
	check("purge_delay", "77", "program");
	check("cache_cap", "55", "environment");
	check("diet", "false", "default");
	return 0;
}
