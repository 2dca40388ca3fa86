/* SPDX-License-Identifier: MIT */
#include "region/meta.h"

#include <string.h>

#include "base/atomic.h"
#include "base/bits.h"
#include "conf/limits.h"
#include "os/lock.h"
#include "os/page.h"
#include "region/huge.h"
#include "region/limit.h"

#define N_LISTS (HAK_META_MAX / HAK_LINE_SIZE + 1)

/* The start of a piece that was given back. */
struct piece {
	struct piece *next;
	size_t size;    /* if it has OS pages of its own: its size, ... */
	size_t n_given; /* ... and bytes of it that no longer count against the limits */
};

static struct hak_lock lock = HAK_LOCK(HAK_RANK_META);
static struct piece *lists[N_LISTS]; /* lk:META: given back, by size in cache lines; the first: those with OS pages */
static char *chunk;                  /* lk:META: what is left of the newest chunk */
static size_t chunk_left;            /* lk:META */
struct hak_meta_range *hak_meta_ranges;

static void add_range(struct hak_meta_range *r, char *base, size_t size, bool is_huge)
{
	r->base = base;
	r->size = size;
	r->is_huge = is_huge;
	r->next = hak_load_relaxed(&hak_meta_ranges);
	/* Release: pairs with hak_meta_resident(). */
	while (!hak_cas_release(&hak_meta_ranges, &r->next, r))
		;
}

/* A table is followed by its range. */
static size_t table_size(size_t size)
{
	return hak_round_up(hak_round_up(size, HAK_LINE_SIZE) + sizeof(struct hak_meta_range), hak_os_page_size());
}

void *hak_meta_map(size_t size)
{
	return hak_os_map_guarded(table_size(size), hak_os_page_size(), "hakmem: meta");
}

void hak_meta_note(void *base, size_t size)
{
	add_range((struct hak_meta_range *)((char *)base + hak_round_up(size, HAK_LINE_SIZE)), base, table_size(size),
		false);
}

uint64_t hak_meta_resident(void)
{
	uint64_t n_bytes = 0;

	for (const struct hak_meta_range *r = hak_load_acquire(&hak_meta_ranges); r != NULL; r = r->next)
		n_bytes += hak_os_resident(r->base, r->size);
	return n_bytes;
}

static void take_lock(void)
{
	/* The lists change by one store each. What a fork finds half taken from the chunk is lost. */
	bool is_sound = hak_lock_take(&lock);

	(void)is_sound;
}

static void *retake_own_pages(size_t size)
{
	struct piece **at = &lists[0], *p;

	take_lock();
	while ((p = *at) != NULL && p->size != size)
		at = &p->next;
	if (p != NULL)
		*at = p->next;
	hak_lock_give(&lock);
	if (p != NULL) {
		hak_limit_add(p->n_given);
		memset(p, 0, sizeof *p);
	}
	return p;
}

static void *take_own_pages(size_t size)
{
	void *p = retake_own_pages(size);

	if (p != NULL)
		return p;
	p = hak_meta_map(size);
	if (p != NULL) {
		hak_limit_add(size);
		hak_meta_note(p, size);
	}
	return p;
}

static void give_own_pages(struct piece *p, size_t size)
{
	char *rest = (char *)p + hak_os_page_size();
	size_t n_rest = size - hak_os_page_size();
	bool is_purged = hak_os_purge(rest, n_rest);

	memset(p, 0, is_purged ? hak_os_page_size() : size);
	p->size = size;
	p->n_given = is_purged ? n_rest : 0;
	hak_limit_give(p->n_given);
	take_lock();
	p->next = lists[0];
	hak_store_release(&lists[0], p);
	hak_lock_give(&lock);
}

/* A huge page for the bitmaps and live bytes of a large heap: they are looked at all over, and that a small page's address is no
 * longer known to the processor often costs more than that its data is not. NULL: not now. */
static char *map_huge(void)
{
	char *p;

	if (hak_limit_held() < HAK_META_HUGE_LEAST || !hak_huge_is_wanted())
		return NULL;
	p = hak_os_map_guarded(HAK_HUGE_SIZE, HAK_HUGE_SIZE, "hakmem: meta");
	if (p != NULL)
		hak_os_advise_huge(p, HAK_HUGE_SIZE, true);
	return p;
}

static bool is_in(const struct hak_meta_range *r, const void *p)
{
	return (uintptr_t)p - (uintptr_t)r->base < r->size;
}

/* From now on range r has small pages: otherwise the kernel would put the huge one back together, and make all of it resident. What
 * was not taken of it yet goes. */
static void break_huge(struct hak_meta_range *r)
{
	size_t page = hak_os_page_size();

	hak_store_relaxed(&r->is_huge, 0);
	hak_os_advise_huge(r->base, r->size, false);
	take_lock();
	if (is_in(r, chunk)) {
		char *from = (char *)hak_round_up((uintptr_t)chunk, page), *to = chunk + chunk_left; /* which ends a page */

		if (from < to)
			hak_os_purge(from, (size_t)(to - from));
	}
	hak_lock_give(&lock);
}

bool hak_meta_purge(void *base, size_t size)
{
	struct hak_meta_range *r = hak_load_acquire(&hak_meta_ranges);

	while (r != NULL && !is_in(r, base))
		r = r->next;
	if (r != NULL && hak_load_relaxed(&r->is_huge))
		break_huge(r);
	return hak_os_purge(base, size);
}

/* Makes room for size bytes in the chunk, if necessary by a new chunk. False: no memory. */
static bool has_room_locked(size_t size)
{
	size_t want = HAK_HUGE_SIZE;
	char *p;

	if (chunk_left >= size)
		return true;
	p = map_huge();
	/* If address space is short, a smaller chunk will do. */
	for (size_t n = HAK_META_CHUNK; p == NULL && n >= HAK_SLICE_SIZE; n /= 2)
		p = hak_os_map_guarded(want = n, hak_os_page_size(), "hakmem: meta");
	if (p == NULL)
		return false;
	add_range((struct hak_meta_range *)p, p, want, want == HAK_HUGE_SIZE);
	/* A forked child may find any of these steps to be the last one done. */
	hak_own_set(&chunk_left, 0);
	hak_store_release(&chunk, p + HAK_LINE_SIZE);
	hak_store_release(&chunk_left, want - HAK_LINE_SIZE);
	return chunk_left >= size;
}

static void *take_from_chunk_locked(size_t size)
{
	char *p;

	if (!has_room_locked(size))
		return NULL;
	p = chunk;
	hak_own_set(&chunk_left, chunk_left - size);
	hak_store_release(&chunk, p + size);
	hak_limit_add(size);
	return p;
}

void *hak_meta_take_pages(size_t size)
{
	char *p = NULL;

	take_lock();
	if (has_room_locked(size)) { /* a chunk ends with an OS page */
		hak_own_set(&chunk_left, chunk_left - size);
		p = chunk + chunk_left;
	}
	hak_lock_give(&lock);
	return p;
}

void *hak_meta_take(size_t size)
{
	struct piece *p, **list;
	bool is_used;

	size = hak_round_up(size, HAK_LINE_SIZE);
	if (size > HAK_META_MAX)
		return take_own_pages(hak_round_up(size, hak_os_page_size()));
	list = &lists[size / HAK_LINE_SIZE];
	take_lock();
	p = *list;
	is_used = p != NULL;
	HAK_NOTE_WRITE(list, sizeof p);
	if (is_used)
		*list = p->next;
	else
		p = take_from_chunk_locked(size);
	hak_lock_give(&lock);
	if (is_used) {
		HAK_NOTE_WRITE(p, size);
		memset(p, 0, size);
	}
	return p;
}

void hak_meta_give(void *piece, size_t size)
{
	struct piece *p = piece, **list;

	size = hak_round_up(size, HAK_LINE_SIZE);
	if (size > HAK_META_MAX) {
		give_own_pages(p, hak_round_up(size, hak_os_page_size()));
		return;
	}
	list = &lists[size / HAK_LINE_SIZE];
	take_lock();
	HAK_NOTE_WRITE(p, sizeof *p);
	HAK_NOTE_WRITE(list, sizeof p);
	p->next = *list;
	hak_store_release(list, p);
	hak_lock_give(&lock);
}
