/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* A SIGABRT handler that jumps out, as frames for tests have them: every fault is told, at once, and the handler is called
 * each time. */
/* hak-timeout: 10 */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): not a block of ours */
#include "check.h"
#include <setjmp.h>
#include <signal.h>

#define N_FAULTS 2

static char global[64] __attribute__((aligned(64)));
static sigjmp_buf out;
static volatile int n_calls;

static void handler(int number)
{
	(void)number;
	n_calls++;
	siglongjmp(out, 1);
}

static void commit(void)
{
	double start = now();

	if (!sigsetjmp(out, 1)) {
		free(hide(global));
		CHECK(0, "gone on");
	}
	CHECK(now() - start < 2, "%f seconds", now() - start);
}

int main(void)
{
	volatile int i;

	signal(SIGABRT, handler);
	for (i = 1; i <= N_FAULTS; i++) {
		commit();
		CHECK(n_calls == i);
	}
	return 0;
}
