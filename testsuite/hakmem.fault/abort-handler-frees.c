/* SPDX-License-Identifier: MIT */
/* hak-plain: expects the verdicts of other processes */
/* hak-link: preload */
/* A SIGABRT handler that frees badly itself: its verdict is told, too, and ends the process at once. */
/* hak-exit: signal ABRT */
/* hak-timeout: 5 */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): pointer inside a block \(class 64, */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): not a block of ours */
#include "check.h"
#include <signal.h>

static char global[64] __attribute__((aligned(64)));
static volatile sig_atomic_t n_calls;

static void handler(int number)
{
	(void)number;
	CHECK(n_calls++ == 0);
	free(hide(global + 16));
}

int main(void)
{
	char *p = hide(malloc(64));
	unsigned i;

	signal(SIGABRT, handler);
	for (i = 0; i < 2; i++)
		free(hide(p + 16));
	for (i = 0; i < 2000; i++) /* the caches are flushed */
		free(hide(malloc(64)));
	free(hide(global));
	return 1;
}
