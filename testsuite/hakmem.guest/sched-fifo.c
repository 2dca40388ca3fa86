/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* A real-time thread, pinned to one processor, allocates and frees: no other thread of the process has its priority,
 * nor is pinned with it. */
#include "guest.h"
#include <pthread.h>
#include <sched.h>

static int n_processors, n_fifo, n_pinned;
static char names[256];

static void *work(void *unused)
{
	struct sched_param priority = { .sched_priority = 80 };
	cpu_set_t set;
	int cpu;

	CHECK(sched_getaffinity(0, sizeof(set), &set) == 0);
	for (cpu = 0; !CPU_ISSET(cpu, &set); cpu++)
		;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	CHECK(sched_setaffinity(0, sizeof(set), &set) == 0);
	if (sched_setscheduler(0, SCHED_FIFO, &priority))
		UNSUPPORTED_BECAUSE("no real-time priority here: %s", strerror(errno));
	grow_heap(32);
	be_busy(0.3);
	return unused;
}

static void look(int tid, const char *name)
{
	cpu_set_t set;

	if (sched_getscheduler(tid) != SCHED_OTHER)
		n_fifo++;
	if (sched_getaffinity(tid, sizeof(set), &set) == 0 && CPU_COUNT(&set) < n_processors)
		n_pinned++;
	snprintf(names + strlen(names), sizeof(names) - strlen(names), " %s", name);
}

int main(void)
{
	pthread_t thread;
	cpu_set_t set;

	CHECK(sched_getaffinity(0, sizeof(set), &set) == 0);
	n_processors = CPU_COUNT(&set);
	CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
	pthread_join(thread, NULL);
	for_each_task(look);
	CHECK(n_fifo == 0 && n_pinned == 0, "%d real-time threads, %d pinned, of%s", n_fifo, n_pinned, names);
	return 0;
}
