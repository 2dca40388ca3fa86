/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hakmem_option_set(): run-time options change, start-up ones say EPERM, bad ones ENOENT and EINVAL. */
#include "check.h"
#include <hakmem.h>

static void check(const char *name, const char *value)
{
	char text[64];

	CHECK(hakmem_option_set(name, value) == 0, "%s to %s", name, value);
	CHECK(hakmem_option_get(name, text, sizeof(text)) == strlen(value));
	CHECK(!strcmp(text, value), "%s is %s", name, text);
}

static void refuse(const char *name, const char *value, int error)
{
	errno_set(0);
	CHECK(hakmem_option_set(name, value) == -1, "%s to %s", name, value);
	CHECK(errno_get() == error, "%s to %s", name, value);
}

int main(void)
{
	check("diet", "true");
	check("diet", "false");
	check("purge_delay", "0");
	check("purge_delay", "-1");
	check("purge_delay", "1000");
	refuse("no_such", "1", ENOENT);
	refuse("diet", "perhaps", EINVAL);
	refuse("diet", "", EINVAL);
	refuse("purge_delay", "12x", EINVAL);
	refuse("purge_delay", "-2", EINVAL);
	refuse("purge_delay", "99999999999999999999999", EINVAL);
	refuse("cache_cap", "10", EPERM);
	refuse("strict", "true", EPERM);
	return 0;
}
