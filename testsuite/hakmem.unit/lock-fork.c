/* SPDX-License-Identifier: MIT */
/* A lock held at a fork is told broken in the child, to one thread alone, and sound from then on; one that
 * was free, or that the child's own threads hold, is sound. */
#include "threads.h"
#include "os/lock.h"

#include <sys/wait.h>

#define N_THREADS 8

static struct hak_lock held = HAK_LOCK(HAK_RANK_SLABS);
static struct hak_lock unheld = HAK_LOCK(HAK_RANK_META);
static unsigned n_broken;
static unsigned long n_guarded;

static void take_held(unsigned idx)
{
	(void)idx;
	for (unsigned i = 0; i < 200; i++) {
		if (!hak_lock_take(&held))
			n_broken++; /* under the lock */
		n_guarded++;
		hak_lock_give(&held);
		CHECK(hak_lock_take(&unheld));
		hak_lock_give(&unheld);
	}
}

static void check_child(void)
{
	alarm(60);
	hak_lock_held = 0; /* as no real thread forks with a lock of its own */
	n_broken = 0;
	n_guarded = 0;
	run_threads(N_THREADS, take_held);
	CHECK(n_broken == 1, "%u times", n_broken);
	CHECK(n_guarded == N_THREADS * 200);
	CHECK(held.word == 0 && unheld.word == 0);
}

int main(void)
{
	unsigned n_forks = (unsigned)rounds(40);

	for (unsigned i = 0; i < n_forks; i++) {
		int status;
		pid_t pid;

		CHECK(hak_lock_take(&held));
		pid = fork();
		CHECK(pid >= 0);
		if (pid == 0) {
			check_child();
			/* A grandchild finds what the child holds broken, not what the parent held. */
			CHECK(hak_lock_take(&held));
			pid = fork();
			if (pid == 0) {
				check_child();
				_exit(0);
			}
			hak_lock_give(&held);
			CHECK(waitpid(pid, &status, 0) == pid && status == 0);
			_exit(0);
		}
		CHECK(waitpid(pid, &status, 0) == pid);
		CHECK(status == 0, "status %d", status);
		hak_lock_give(&held);
	}
	return 0;
}
