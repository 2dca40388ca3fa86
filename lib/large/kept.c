/* SPDX-License-Identifier: MIT */
#include "large/kept.h"

#include <string.h>

#include "base/atomic.h"
#include "base/bits.h"
#include "base/check.h"
#include "conf/limits.h"
#include "os/clock.h"
#include "os/lock.h"
#include "os/page.h"
#include "region/limit.h"
#include "region/slack.h"

static struct hak_lock lock = HAK_LOCK(HAK_RANK_LARGE);
struct hak_kept hak_kept_slots[HAK_KEPT_SLOTS];
static uint64_t n_kept_bytes;                          /* lk:LARGE; read by any */

static void take_lock(void)
{
	if (hak_lock_take(&lock))
		return;
	/* A slot is in use once its base is set, which is written last. */
	n_kept_bytes = 0;
	for (struct hak_kept *k = hak_kept_slots; k < hak_kept_slots + HAK_LARGE_CACHE_SLOTS; k++)
		n_kept_bytes += k->base != NULL ? k->size : 0;
	hak_slack_set_kept(n_kept_bytes);
}

static void unkeep_locked(struct hak_kept *k, struct hak_kept *out)
{
	HAK_NOTE_WRITE(k, sizeof *k);
	*out = *k;
	hak_own_set(&n_kept_bytes, n_kept_bytes - k->size);
	hak_slack_count_kept(-(int64_t)k->size);
	hak_store_release(&k->base, NULL);
}

/* Into an unused slot. */
static void put_locked(struct hak_kept *slot, const struct hak_kept *k)
{
	HAK_NOTE_WRITE(slot, sizeof *slot);
	slot->size = k->size;
	slot->origin = k->origin;
	slot->since = k->since;
	slot->is_clean = k->is_clean;
	slot->is_rest = k->is_rest;
	hak_own_set(&n_kept_bytes, n_kept_bytes + k->size);
	hak_slack_count_kept((int64_t)k->size);
	hak_store_release(&slot->base, k->base);
}

/* Takes the first size bytes of k, and the rest as well if it is less than a slice (G1). */
static void cut_locked(struct hak_kept *k, size_t size, struct hak_kept *out)
{
	size_t rest = k->size - size;

	unkeep_locked(k, out);
	if (rest < HAK_SLICE_SIZE)
		return;
	out->size = size;
	put_locked(k, &(const struct hak_kept){ .base = out->base + size, .size = rest, .origin = out->origin,
		.since = out->since, .is_clean = out->is_clean, .is_rest = rest < size / 2 });
	hak_os_count_mappings(1);
}

/* The smallest kept mapping that fits; the largest, if the block is likely to grow. */
static struct hak_kept *find_fit_locked(size_t size, size_t align, bool grows)
{
	struct hak_kept *best = NULL;

	for (struct hak_kept *k = hak_kept_slots; k < hak_kept_slots + HAK_LARGE_CACHE_SLOTS; k++)
		if (k->base != NULL && k->size >= size && !k->is_rest && ((uintptr_t)k->base & (align - 1)) == 0 &&
			(best == NULL || (k->size < best->size) != grows))
			best = k;
	return best;
}

/* The largest kept mapping that is smaller than size, but worth growing to it by moving its pages. */
static struct hak_kept *find_part_locked(size_t size)
{
	struct hak_kept *best = NULL;

	for (struct hak_kept *k = hak_kept_slots; k < hak_kept_slots + HAK_LARGE_CACHE_SLOTS; k++)
		if (k->base != NULL && !k->is_clean && !k->is_rest && k->size < size && k->size >= size / 4 &&
			(best == NULL || k->size > best->size))
			best = k;
	return best;
}

bool hak_kept_take(size_t size, size_t align, bool grows, struct hak_kept *out)
{
	struct hak_kept *k;

	take_lock();
	k = find_fit_locked(size, align, grows);
	if (k != NULL) {
		cut_locked(k, size, out);
	} else {
		k = find_part_locked(size);
		if (k != NULL)
			unkeep_locked(k, out);
	}
	hak_lock_give(&lock);
	if (k != NULL)
		hak_slack_note_taken();
	return k != NULL;
}

size_t hak_kept_take_next(const char *end, uint64_t origin, size_t wanted)
{
	struct hak_kept next = { .size = 0 };

	take_lock();
	for (struct hak_kept *k = hak_kept_slots; k < hak_kept_slots + HAK_LARGE_CACHE_SLOTS; k++) {
		if (k->base != end || k->origin != origin)
			continue;
		if (k->size >= wanted) {
			cut_locked(k, wanted, &next);
			hak_os_count_mappings(-1);
		}
		break;
	}
	hak_lock_give(&lock);
	return next.size;
}

static struct hak_kept *find_unused_locked(void)
{
	struct hak_kept *k = hak_kept_slots;

	while (k < hak_kept_slots + HAK_LARGE_CACHE_SLOTS && k->base != NULL)
		k++;
	return k < hak_kept_slots + HAK_LARGE_CACHE_SLOTS ? k : NULL;
}

/* The oldest kept mapping, if it was kept by the time `until`, in ms. */
static struct hak_kept *find_oldest_locked(uint64_t until)
{
	struct hak_kept *oldest = NULL;

	for (struct hak_kept *k = hak_kept_slots; k < hak_kept_slots + HAK_LARGE_CACHE_SLOTS; k++)
		if (k->base != NULL && k->since <= until && (oldest == NULL || k->since < oldest->since))
			oldest = k;
	return oldest;
}

void hak_kept_drop(struct hak_kept k)
{
	struct hak_kept *slot;

	if (hak_os_unmap(k.base, k.size)) {
		hak_limit_give(k.size);
		return;
	}
	k.since = hak_os_now();
	k.is_clean = hak_os_purge(k.base, k.size);
	take_lock();
	slot = find_unused_locked();
	if (slot != NULL)
		put_locked(slot, &k);
	hak_lock_give(&lock);
	if (slot == NULL && k.is_clean) /* only its addresses are lost */
		hak_limit_give(k.size);
}

/* Joins the kept mappings of the same origin on either side of k to it. The result is as old as the largest part. */
static void join_locked(struct hak_kept *k)
{
	size_t largest = k->size;

	for (struct hak_kept *other = hak_kept_slots; other < hak_kept_slots + HAK_LARGE_CACHE_SLOTS; other++) {
		struct hak_kept part;

		if (other->base == NULL || other->origin != k->origin ||
			(other->base + other->size != k->base && k->base + k->size != other->base))
			continue;
		unkeep_locked(other, &part);
		if (part.base < k->base)
			k->base = part.base;
		k->size += part.size;
		k->is_clean = k->is_clean && part.is_clean;
		if (part.size > largest) {
			largest = part.size;
			k->since = part.since;
		}
		hak_os_count_mappings(-1);
	}
}

/* Takes k, but of a longer one only `most` bytes, from its end: the rest stays, in the same slot. */
static void take_end_locked(struct hak_kept *k, size_t most, struct hak_kept *out)
{
	struct hak_kept rest;

	unkeep_locked(k, out);
	if (out->is_clean || out->size <= HAK_SLICE_SIZE || out->size - HAK_SLICE_SIZE <= most)
		return;
	rest = *out;
	rest.size -= most;
	put_locked(k, &rest);
	out->base += rest.size;
	out->size = most;
	hak_os_count_mappings(1);
}

void hak_kept_put(struct hak_kept k)
{
	struct hak_kept old[HAK_LARGE_CACHE_SLOTS];
	struct hak_kept *slot, *oldest;
	unsigned n_old = 0;
	size_t n_over, n_gone = 0;

	k.since = hak_os_now();
	hak_slack_note_given(k.size);
	take_lock();
	join_locked(&k);
	slot = find_unused_locked();
	if (slot == NULL) {
		slot = find_oldest_locked(UINT64_MAX);
		unkeep_locked(slot, &old[n_old++]);
	}
	put_locked(slot, &k);
	/* Not without end: other threads change the slack meanwhile. */
	while (n_old < HAK_LARGE_CACHE_SLOTS && (n_over = hak_slack_over(0)) > 0 && (oldest = find_oldest_locked(UINT64_MAX)) != NULL)
		take_end_locked(oldest, hak_round_up(n_over, hak_os_page_size()), &old[n_old++]);
	hak_lock_give(&lock);
	while (n_old > 0) {
		n_gone += old[--n_old].size;
		hak_kept_drop(old[n_old]);
	}
	hak_slack_note_purged(n_gone);
}

/* Takes the oldest kept mapping, if it is older than delay ms; of a longer one, `most` bytes. */
static bool take_oldest(uint64_t now, uint64_t delay, size_t most, struct hak_kept *out)
{
	struct hak_kept *oldest;

	take_lock();
	oldest = find_oldest_locked(now > delay ? now - delay : 0);
	if (oldest != NULL)
		take_end_locked(oldest, most, out);
	hak_lock_give(&lock);
	return oldest != NULL;
}

size_t hak_kept_purge(uint64_t delay, size_t n_bytes, size_t most)
{
	uint64_t now = hak_os_now();
	size_t n_done = 0;
	struct hak_kept old;

	if (hak_load_relaxed(&n_kept_bytes) == 0) /* a hint */
		return 0;
	for (unsigned i = 0; i < HAK_LARGE_PURGES && n_done < n_bytes && take_oldest(now, delay, most, &old); i++) {
		n_done += old.is_clean ? 0 : old.size;
		hak_kept_drop(old);
	}
	return n_done;
}

uint64_t hak_kept_bytes(void)
{
	uint64_t n_bytes;

	take_lock();
	n_bytes = n_kept_bytes;
	hak_lock_give(&lock);
	return n_bytes;
}

uint64_t hak_kept_resident(void)
{
	struct hak_kept copy[HAK_LARGE_CACHE_SLOTS];
	uint64_t n_bytes = 0;

	take_lock();
	memcpy(copy, hak_kept_slots, sizeof copy);
	hak_lock_give(&lock);
	for (unsigned i = 0; i < HAK_LARGE_CACHE_SLOTS; i++)
		if (copy[i].base != NULL)
			n_bytes += hak_os_resident(copy[i].base, copy[i].size);
	return n_bytes;
}
