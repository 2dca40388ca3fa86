/* SPDX-License-Identifier: MIT */
#include "large/spare.h"

#include "base/atomic.h"
#include "conf/limits.h"
#include "large/guarded.h"
#include "os/clock.h"
#include "os/lock.h"
#include "os/page.h"
#include "region/limit.h"

static struct hak_lock lock = HAK_LOCK(HAK_RANK_LARGE);
static struct hak_kept *const spares = hak_kept_slots + HAK_LARGE_CACHE_SLOTS;
static size_t n_bytes; /* lk:LARGE; read by any */

static void take_lock(void)
{
	size_t n = 0;

	if (hak_lock_take(&lock))
		return;
	/* A slot is in use once its base is set, which is written last. */
	for (unsigned i = 0; i < HAK_SPARE_SLOTS; i++)
		n += spares[i].base != NULL ? spares[i].size : 0;
	hak_own_set(&n_bytes, n);
}

static void remove_locked(struct hak_kept *slot, struct hak_kept *out)
{
	*out = *slot;
	hak_own_set(&n_bytes, n_bytes - slot->size);
	hak_store_release(&slot->base, NULL);
}

static size_t unmap(const struct hak_kept *spare)
{
	if (hak_guarded_unreserve(spare->base, spare->origin) || hak_os_purge(spare->base, spare->size))
		hak_limit_give(spare->size);
	return spare->size;
}

/* Puts it into an unused slot, if it still fits. Otherwise removes the oldest one. */
static bool put_locked(const struct hak_kept *spare, struct hak_kept *gone)
{
	struct hak_kept *unused = NULL, *oldest = spares;

	for (struct hak_kept *s = spares; s < spares + HAK_SPARE_SLOTS; s++) {
		if (s->base == NULL)
			unused = s;
		else if (oldest->base == NULL || s->since < oldest->since)
			oldest = s;
	}
	if (unused == NULL || n_bytes + spare->size > HAK_SPARE_MOST) {
		remove_locked(oldest, gone);
		return false;
	}
	unused->size = spare->size;
	unused->origin = spare->origin;
	unused->since = spare->since;
	hak_own_set(&n_bytes, n_bytes + spare->size);
	hak_store_release(&unused->base, spare->base);
	return true;
}

void hak_spare_put(const struct hak_kept *spare)
{
	struct hak_kept gone;
	bool is_done;

	do {
		take_lock();
		is_done = put_locked(spare, &gone);
		hak_lock_give(&lock);
		if (!is_done)
			unmap(&gone);
	} while (!is_done);
}

bool hak_spare_take(size_t size, struct hak_kept *out)
{
	struct hak_kept *newest = NULL;

	if (hak_load_relaxed(&n_bytes) == 0)
		return false;
	take_lock();
	for (struct hak_kept *s = spares; s < spares + HAK_SPARE_SLOTS; s++)
		if (s->base != NULL && s->size == size && (newest == NULL || s->since >= newest->since))
			newest = s;
	if (newest != NULL)
		remove_locked(newest, out);
	hak_lock_give(&lock);
	return newest != NULL;
}

static bool remove_aged(uint64_t now, uint64_t delay, struct hak_kept *gone)
{
	bool is_found = false;

	take_lock();
	for (struct hak_kept *s = spares; s < spares + HAK_SPARE_SLOTS && !is_found; s++) {
		is_found = s->base != NULL && now >= s->since + delay;
		if (is_found)
			remove_locked(s, gone);
	}
	hak_lock_give(&lock);
	return is_found;
}

size_t hak_spare_purge(uint64_t delay)
{
	struct hak_kept gone;
	size_t n = 0;

	if (hak_load_relaxed(&n_bytes) == 0)
		return 0;
	for (uint64_t now = hak_os_now(); remove_aged(now, delay, &gone);)
		n += unmap(&gone);
	return n;
}

size_t hak_spare_bytes(void)
{
	return hak_load_relaxed(&n_bytes);
}
