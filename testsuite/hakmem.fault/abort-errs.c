/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-exit: signal ABRT */
/* hak-timeout: 20 */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): not a block of ours */
/* hak-stderr: ^hakmem: realloc\(0x[0-9a-f]+\): not a block of ours */
/* A SIGABRT handler that errs itself: its own verdict is written, too, and the process ends at once. */
#include "check.h"

static char global[256] __attribute__((aligned(64)));

static void handler(int number)
{
	void *p;

	(void)number;
	alarm(3);
	p = hide(realloc(hide(global + 64), 100));
	(void)p;
	_exit(1);
}

int main(void)
{
	signal(SIGABRT, handler);
	free(hide(global));
	return 1;
}
