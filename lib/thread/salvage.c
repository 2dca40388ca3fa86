/* SPDX-License-Identifier: MIT */
#include "thread/salvage.h"

#include "base/atomic.h"
#include "os/fork.h"
#include "thread/heap.h"
#include "thread/post.h"
#include "thread/thread.h"
#include "tiny/remote.h"

static uint32_t begun_in; /* any: the generation in which there may be such caches; 0: none */

void hak_salvage_begin(void)
{
	hak_store_relaxed(&begun_in, hak_fork_generation());
}

static bool claim_cache(struct hak_cache *c)
{
	uint32_t seen = hak_load_relaxed(&c->generation);

	return c != hak_thread_me.cache && seen != HAK_NO_THREAD && seen != hak_fork_generation() &&
		hak_cas_acquire(&c->generation, &seen, hak_fork_generation());
}

void hak_salvage_frees(void)
{
	if (hak_thread_me.depth == 1 && !hak_thread_is_nested())
		hak_remote_restart(hak_heaps_first());
}

bool hak_salvage_one(void)
{
	hak_salvage_frees();
	if (HAK_LIKELY(hak_load_relaxed(&begun_in) == 0) || hak_load_relaxed(&begun_in) != hak_fork_generation())
		return false;
	for (struct hak_cache *c = hak_load_acquire(&hak_cache_none.next); c != NULL; c = c->next) {
		if (!claim_cache(c))
			continue;
		if (c->heap != NULL)
			hak_cache_salvage_own(c);
		hak_post_end_own(c);
		hak_thread_pool(c);
		return true;
	}
	hak_store_relaxed(&begun_in, 0);
	return false;
}
