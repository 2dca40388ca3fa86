/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* on_error:report says a fault once for each place in the program, and counts every one. */
/* hak-conf: on_error:report */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): not a block of ours \(class none, thread [0-9]+\)$ */
#include "check.h"
#include <hakmem.h>

static char global[256] __attribute__((aligned(64)));

static NOINLINE void one_place(void)
{
	free(hide(global));
	__asm__ volatile("");
}

static NOINLINE void other_place(void)
{
	free(hide(global + 64));
	__asm__ volatile("");
}

int main(void)
{
	struct hakmem_stats s;
	char text[8192] = "";
	int fds[2], i, n = 0, old = dup(2);
	char *at;

	CHECK(pipe2(fds, O_NONBLOCK) == 0);
	CHECK(dup2(fds[1], 2) == 2);
	for (i = 0; i < 10; i++)
		one_place();
	for (i = 0; i < 10; i++)
		other_place();
	for (i = 0; i < 10; i++)
		one_place();
	CHECK(dup2(old, 2) == 2);
	CHECK(read(fds[0], text, sizeof(text) - 1) > 0, "no line at all");
	CHECK(write(2, text, strlen(text)) > 0);
	for (at = text; (at = strstr(at, "hakmem: ")); at++)
		n++;
	CHECK(n == 2, "%d lines for two places", n);
	CHECK(hakmem_stats_get(&s, sizeof(s)));
	CHECK(s.n_errors == 30, "%llu errors counted", (unsigned long long)s.n_errors);
	return 0;
}
