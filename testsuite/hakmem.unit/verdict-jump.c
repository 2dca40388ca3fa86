/* SPDX-License-Identifier: MIT */
/* A SIGABRT handler that jumps out, as frames for tests have them: every verdict is told, at once, and calls the handler;
 * where the jump leaves the signal blocked, the next one ends the process. */
/* hak-exit: signal ABRT */
/* hak-stdout: ^done$ */
/* hak-stderr: ^hakmem: free\(0x123\): double free \(class 64, thread [0-9]+\)$ */
#include "unit.h"
#include "conf/report.h"

#include <setjmp.h>
#include <signal.h>

static sigjmp_buf out;
static volatile int n_calls;

static void handler(int number)
{
	(void)number;
	n_calls++;
	siglongjmp(out, 1);
}

static void commit(int is_saved)
{
	double start = now();

	if (!sigsetjmp(out, is_saved)) {
		hak_report_bad_free(HAK_DOUBLE_FREE, "free", (void *)0x123, 64, NULL);
		CHECK(0, "gone on");
	}
	CHECK(now() - start < 2, "%f seconds", now() - start);
}

int main(void)
{
	volatile int i;

	signal(SIGABRT, handler);
	for (i = 1; i <= 20; i++) {
		commit(1);
		CHECK(n_calls == i);
	}
	commit(0);
	CHECK(dprintf(1, "done\n") > 0);
	commit(0);
	return 1;
}
