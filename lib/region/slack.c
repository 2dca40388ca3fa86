/* SPDX-License-Identifier: MIT */
#include "region/slack.h"

#include "base/atomic.h"
#include "conf/limits.h"
#include "conf/options.h"
#include "region/limit.h"

static uint64_t n_dirty, n_kept, n_empty; /* any: bytes */
static uint64_t n_purged;        /* any: bytes given back lately for want of slack, and not needed again yet */
static uint64_t swing;           /* any: bytes */
static uint64_t most_used;       /* any: the most bytes in use lately */
static uint64_t n_given;         /* any: bytes freed since something was last taken, plus some for each free */
static uint64_t n_least;         /* any: the least bytes of slack since the last hak_slack_age() */

static void count_slack(uint64_t *sum, int64_t n_bytes)
{
	hak_add_relaxed(sum, (uint64_t)n_bytes);
	if (n_bytes < 0 && hak_slack_now() < hak_load_relaxed(&n_least))
		hak_store_relaxed(&n_least, hak_slack_now());
}

void hak_slack_count_dirty(int64_t n_bytes)
{
	count_slack(&n_dirty, n_bytes);
}

void hak_slack_set_dirty(uint64_t n_bytes)
{
	hak_store_relaxed(&n_dirty, n_bytes);
}

void hak_slack_set_kept(uint64_t n_bytes)
{
	hak_store_relaxed(&n_kept, n_bytes);
}

void hak_slack_count_kept(int64_t n_bytes)
{
	count_slack(&n_kept, n_bytes);
}

void hak_slack_count_empty(int64_t n_bytes)
{
	count_slack(&n_empty, n_bytes);
}

size_t hak_slack_now(void)
{
	return (size_t)(hak_load_relaxed(&n_dirty) + hak_load_relaxed(&n_kept) + hak_load_relaxed(&n_empty));
}

/* Bytes in use, given that so much is slack. */
static uint64_t used_beside(uint64_t slack)
{
	uint64_t held = hak_limit_held();

	return held > slack ? held - slack : 0;
}

size_t hak_slack_over(size_t n_bytes)
{
	uint64_t slack = hak_slack_now() + n_bytes;
	int64_t delay = hak_load_relaxed(&hak_options.purge_delay);
	uint64_t most = HAK_SLACK_LEAST, used = used_beside(slack), before, lately;

	before = hak_load_relaxed(&most_used);
	if (used > before)
		hak_store_relaxed(&most_used, used);
	if (HAK_LIKELY(slack <= HAK_SLACK_LEAST && delay > 0 && !hak_load_relaxed(&hak_options.diet)) || delay < 0)
		return 0;
	/* Not much more than was in use, or buffers that grow in turn would raise it without end. */
	before = before > used ? before : used;
	lately = hak_load_relaxed(&swing);
	most += used / HAK_SLACK_RATIO + (lately < before + before / 2 ? lately : before + before / 2);
	/* While the program both takes and frees, what is given back would soon be needed again. */
	if (hak_load_relaxed(&n_given) < HAK_SLACK_DRAIN)
		most += before;
	if (hak_load_relaxed(&hak_options.diet))
		most /= 8;
	if (delay == 0)
		most = 0;
	return slack > most ? (size_t)(slack - most) : 0;
}

void hak_slack_note_given(size_t n_bytes)
{
	hak_store_relaxed(&n_given, hak_load_relaxed(&n_given) + HAK_SLACK_GIVEN + n_bytes);
}

void hak_slack_note_taken(void)
{
	if (hak_load_relaxed(&n_given) > 0)
		hak_store_relaxed(&n_given, 0);
}

void hak_slack_note_purged(size_t n_bytes)
{
	hak_add_relaxed(&n_purged, n_bytes);
}

void hak_slack_note_fresh(size_t n_bytes)
{
	uint64_t gone = hak_load_relaxed(&n_purged);
	uint64_t again;

	if (HAK_LIKELY(gone == 0))
		return;
	do
		again = gone < n_bytes ? gone : n_bytes;
	while (!hak_cas_acquire(&n_purged, &gone, gone - again));
	hak_add_relaxed(&swing, again);
}

void hak_slack_age(void)
{
	uint64_t gone = hak_load_relaxed(&n_purged), most = hak_load_relaxed(&swing);
	uint64_t unused = hak_load_relaxed(&n_least);
	uint64_t used = used_beside(hak_slack_now()), before = hak_load_relaxed(&most_used);

	/* If two threads come at once, or something is noted meanwhile, one change is lost: the next second corrects
	 * it. */
	if (gone > 0)
		hak_cas_acquire(&n_purged, &gone, gone < HAK_SLICE_SIZE ? 0 : gone / 2);
	if (unused > most)
		unused = most;
	if (most > 0)
		hak_cas_acquire(&swing, &most, most < HAK_SLICE_SIZE ? 0 : most - unused / 2);
	hak_store_relaxed(&n_least, hak_slack_now());
	if (before > used)
		hak_store_relaxed(&most_used, before - used < HAK_SLICE_SIZE ? used : before - (before - used) / 2);
}
