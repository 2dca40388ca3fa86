/* SPDX-License-Identifier: MIT */
#include "thread/decay.h"

#include "base/atomic.h"
#include "conf/options.h"
#include "large/large.h"
#include "os/clock.h"
#include "region/superslab.h"
#include "thread/heap.h"

static uint64_t next_step; /* any: ms; 0 before the first */

void hak_decay_step(void)
{
	int64_t delay = hak_load_relaxed(&hak_options.purge_delay);
	uint64_t now, due;

	if (hak_load_relaxed(&hak_options.diet) && delay > 0)
		delay = delay / 8;
	if (delay < 0)
		return;
	now = hak_os_now();
	due = hak_load_relaxed(&next_step);
	if (now < due || !hak_cas_acquire(&next_step, &due, now + (uint64_t)delay) || due == 0)
		return;
	hak_superslab_purge(delay == 0);
	hak_large_purge((uint64_t)delay);
}

size_t hak_decay_all(void)
{
	return hak_large_purge(0) + hak_superslab_purge(true);
}

size_t hak_decay_trim(size_t target)
{
	struct hak_heap *h = hak_thread_enter();
	struct hak_superslab_stats superslabs;
	struct hak_large_stats large;

	if (h != NULL) {
		hak_thread_flush_own(h);
		hak_thread_leave(h);
	}
	hak_thread_flush_orphans();
	hak_superslab_stats_get(&superslabs);
	hak_large_stats_get(&large);
	return superslabs.dirty + large.cached > target ? hak_decay_all() : 0;
}
