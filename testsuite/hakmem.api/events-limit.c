/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: ring:8,limit_hard:64M */
/* An allocation that a limit refuses is an event. */
#include "check.h"
#include "events.h"

int main(void)
{
	struct event e = { .when = 0 };
	const char *at;
	char *text;
	int n = 0;

	CHECK(hide(malloc(MIB(100))) == NULL);
	text = events_text();
	for (at = text; events_next(&at, &e);)
		n += !strcmp(e.what, "limit") && e.n == MIB(64) && e.size > 0 && e.size < MIB(64);
	CHECK(n == 1, "%d refusals: %s", n, text);
	return 0;
}
