/* SPDX-License-Identifier: MIT */
/* A thread of ours that has left the program's files still tells its verdicts on the program's standard error. */
#include "unit.h"
#include "base/atomic.h"
#include "base/text.h"
#include "os/look.h"
#include "os/thread.h"

static struct hak_os_thread thread;
static __thread int local;
static int can_leave;

static void run(void)
{
	struct hak_text t;

	hak_store_relaxed(&can_leave, hak_look_leave_files());
	hak_text_open(&t, 2);
	hak_text_add(&t, "verdict\n");
	hak_text_close(&t);
}

int main(void)
{
	int pipes[2];
	char said[100];
	ssize_t n;

	CHECK(pipe(pipes) == 0 && dup2(pipes[1], 2) == 2 && close(pipes[1]) == 0);
	if (!hak_os_thread_start(&thread, "hakmem-test", run, &local))
		UNSUPPORTED_BECAUSE("no thread of its own in this build");
	n = read(pipes[0], said, sizeof said);
	while (hak_os_thread_is_there(&thread))
		usleep(1000);
	if (!can_leave)
		UNSUPPORTED_BECAUSE("no close_range() here");
	dprintf(1, "%zd bytes\n", n);
	if (n != 8 || memcmp(said, "verdict\n", 8) != 0)
		return 1;
	/* Nothing of it stays behind: with the last writer gone, end of file. */
	close(2);
	return read(pipes[0], said, sizeof said) != 0;
}
