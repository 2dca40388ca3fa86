/* SPDX-License-Identifier: MIT */
#include "thread/purger.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/atomic.h"
#include "conf/limits.h"
#include "conf/options.h"
#include "os/call.h"
#include "os/fork.h"
#include "region/limit.h"
#include "thread/decay.h"

/* Drops the priority and affinity inherited from the thread that made it. */
static void reset_scheduling(void)
{
	unsigned long all[HAK_HEAPS_MAX / 8 / sizeof(long)];
	const int priority = 0;

	memset(all, 0xff, sizeof all);
	hak_call(SYS_sched_setscheduler, 0, 0 /* SCHED_OTHER */, &priority);
	hak_call(SYS_sched_setaffinity, 0, sizeof all, all);
}

static uint32_t there_in; /* any: the generation that has a purge thread */

/* The option is off. False: it was turned on again meanwhile. */
static bool can_end(uint32_t generation)
{
	uint32_t nobody = 0;

	hak_swap_ordered(&there_in, 0); /* pairs with hak_purger_start() */
	return !hak_load_relaxed(&hak_options.purge_thread) || !hak_cas_ordered(&there_in, &nobody, generation);
}

static void *run_purger(void *unused)
{
	long pause[2] = { 0, HAK_PURGER_MS * 1000000L };
	uint32_t generation = hak_fork_generation();

	reset_scheduling();
	do {
		hak_call(SYS_nanosleep, pause, NULL);
		if (hak_load_relaxed(&hak_options.purge_thread))
			hak_decay_run(hak_limit_is_asked() && hak_limit_watch());
	} while (hak_load_relaxed(&hak_options.purge_thread) || !can_end(generation));
	return unused;
}

bool hak_purger_start(void)
{
	unsigned long all[16 / sizeof(long)] = { ~0UL, ~0UL }, before[16 / sizeof(long)] = { 0 };
	pthread_attr_t attr;
	pthread_t thread;
	uint32_t now = hak_fork_generation(), seen = 0;
	int saved = errno;
	bool is_there;

	/* Ordered: either the purge thread sees the option before it ends, or it has ended here. */
	if (!hak_cas_ordered(&there_in, &seen, now) && (seen == now || !hak_cas_ordered(&there_in, &seen, now)))
		return true;
	hak_call(SYS_rt_sigprocmask, SIG_SETMASK, all, before, 8); /* inherited by the thread */
	is_there = pthread_attr_init(&attr) == 0;
	if (is_there) {
		pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
		is_there = pthread_create(&thread, &attr, run_purger, NULL) == 0;
		pthread_attr_destroy(&attr);
	}
	hak_call(SYS_rt_sigprocmask, SIG_SETMASK, before, NULL, 8);
	if (!is_there)
		hak_store_relaxed(&there_in, 0);
	errno = saved;
	return is_there;
}
