/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: cache_cap:33,DIET=off,strict:false,limit_hard:nonsense */
/* hak-stderr: ^hakmem: HAKMEM_CONF: .*nonsense.*$ */
/* hakmem_option_origin() tells where a value comes from, though it be the default's; what was refused does not count, nor
 * does a call that failed. hakmem_option_default() tells what nothing changes. */
#include "check.h"
#include <hakmem.h>

static void check(const char *name, const char *origin, const char *standard)
{
	char text[64] = "";
	const char *found = hakmem_option_origin(name);

	CHECK(found && !strcmp(found, origin), "%s comes from %s", name, found ? found : "nowhere");
	CHECK(hakmem_option_default(name, text, sizeof(text)) == strlen(standard), "%s", name);
	CHECK(!strcmp(text, standard), "%s is %s by default", name, text);
}

int main(void)
{
	char text[8];

	check("cache_cap", "environment", "4096");
	check("diet", "environment", "false");
	check("strict", "environment", "false");
	check("limit_hard", "default", "off");
	check("purge_delay", "default", "1000");
	check("cgroup_root", "default", "/sys/fs/cgroup");
	CHECK(hakmem_option_set("diet", "true") == 0);
	CHECK(hakmem_option_set("limit_soft", "64M") == 0);
	CHECK(hakmem_option_set("purge_delay", "soon") == -1);
	CHECK(hakmem_option_set("stats", "exit") == -1);
	check("diet", "call", "false");
	check("limit_soft", "call", "auto");
	check("purge_delay", "default", "1000");
	check("stats", "default", "none");
	memset(text, 'x', sizeof(text));
	CHECK(hakmem_option_default("on_error", text, 4) == 5);
	CHECK(!strcmp(text, "abo") && text[4] == 'x');
	errno_set(0);
	CHECK(hakmem_option_origin("no_such") == NULL);
	CHECK(errno_get() == ENOENT);
	errno_set(0);
	CHECK(hakmem_option_default("no_such", text, sizeof(text)) == 0);
	CHECK(errno_get() == ENOENT);
	return 0;
}
