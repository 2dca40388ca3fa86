/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: the option stands for another */
/* hak-link: shared */
/* hakmem_option_get() reads every option, cuts what does not fit, and refuses unknown names. */
/* hak-conf: purge_delay:250,on_error:report,cache_cap:33 */
#include "check.h"
#include <hakmem.h>

static void check(const char *name, const char *value)
{
	char text[64];

	memset(text, 'x', sizeof(text));
	CHECK(hakmem_option_get(name, text, sizeof(text)) == strlen(value), "%s", name);
	CHECK(!strcmp(text, value), "%s is %s", name, text);
}

int main(void)
{
	char text[8];

	check("strict", "false");
	check("on_error", "report");
	check("diet", "false");
	check("stats", "none");
	check("purge_delay", "250");
	check("cache_cap", "33");
	memset(text, 'x', sizeof(text));
	CHECK(hakmem_option_get("on_error", text, 4) == 6);
	CHECK(!strcmp(text, "rep"));
	CHECK(text[4] == 'x');
	CHECK(hakmem_option_get("on_error", NULL, 0) == 6);
	errno_set(0);
	CHECK(hakmem_option_get("no_such", text, sizeof(text)) == 0);
	CHECK(errno_get() == ENOENT);
	return 0;
}
