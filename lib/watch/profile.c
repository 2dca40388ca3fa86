/* SPDX-License-Identifier: MIT */
#include "watch/profile.h"

#include <string.h>

#include "base/atomic.h"
#include "base/chance.h"
#include "base/bits.h"
#include "base/check.h"
#include "os/lock.h"
#include "os/page.h"
#include "region/limit.h"
#include "region/meta.h"
#include "tiny/sampler.h"
#include "watch/copy.h"
#include "watch/freed.h"
#include "watch/stack.h"
#include "watch/sites.h"

struct record {
	struct hak_entry entry;
	uintptr_t block; /* 0: the record is unused, and next is the next unused one */
	uint32_t site;
};

/* What hak_profile_visit() sees of a record. */
struct sample {
	uintptr_t block;
	size_t site;
};

static struct hak_lock lock = HAK_LOCK(HAK_RANK_PROFILE);
static char *memory;                          /* any: NULL before the first profile */
static size_t memory_size;                    /* const once memory is set */
static struct hak_table records, sites, stacks; /* lk:PROFILE */
static uint32_t unused;                       /* lk:PROFILE: the first unused record */
static bool is_open;                          /* lk:PROFILE */
static uint64_t interval;                     /* lk:PROFILE */
static uint64_t n_begun;                      /* lk:PROFILE: profiles so far: the serial number of this one */
struct hak_profile_counts hak_profile_sums;
static uint64_t live, peak;                   /* lk:PROFILE: bytes, estimated */
static size_t n_charged;                      /* lk:PROFILE: bytes that count against the limits */
static uintptr_t late[HAK_PROF_LATE];         /* any: blocks freed by handlers whose thread held the lock */
static bool is_late;                          /* any: there are some */

/* A new entry of t is filled in. */
static void add_used(struct hak_table *t, size_t size)
{
	size_t n_bytes;

	hak_store_release(&t->used, t->used + HAK_UNITS(size));
	n_bytes = hak_table_bytes(&records) + hak_table_bytes(&sites) + hak_table_bytes(&stacks);
	if (HAK_UNLIKELY(n_bytes > n_charged)) {
		n_charged += HAK_SLICE_SIZE;
		hak_limit_add(HAK_SLICE_SIZE);
	}
}

static uint32_t hash_of(const uintptr_t *word, size_t n)
{
	uint64_t h = n;

	for (size_t i = 0; i < n; i++) {
		h = (h ^ word[i]) * 0x9fb21c651e98df25u;
		h ^= h >> 32;
	}
	return (uint32_t)h;
}

static uint64_t bytes_of(const struct hak_prof_site *s)
{
	return (uint64_t)(s->weight * (double)s->size);
}

/* Each table gets a share of the memory; unused parts are never touched. */
static void share_out(char *base, size_t size)
{
	char *at = base;

	hak_table_make(&records, &at, size / 16 * 8, size / 16 * 8 / sizeof(struct record));
	hak_table_make(&sites, &at, size / 16 * 2, size / 16 * 2 / sizeof(struct hak_prof_site));
	hak_table_make(&stacks, &at, size / 16 * 3, size / 16 * 3 / (sizeof(struct hak_prof_stack) + 8 * sizeof(uintptr_t)));
	HAK_ASSERT(at <= base + size);
}

/* The lock's holder stayed in the parent, perhaps in the middle of a change (V2). */
static void HAK_COLD rebuild_locked(void)
{
	hak_table_empty(&records);
	hak_table_empty(&sites);
	hak_table_empty(&stacks);
	unused = 0;
	live = 0;
	hak_profile_sums.n_samples = 0;
	for (uint32_t at = 1; at < stacks.used;) {
		struct hak_prof_stack *s = hak_table_at(&stacks, at);

		hak_table_put(&stacks, &s->entry);
		at += HAK_UNITS(sizeof *s + s->n * sizeof s->frame[0]);
	}
	for (uint32_t at = 1; at < sites.used; at += HAK_UNITS(sizeof(struct hak_prof_site))) {
		struct hak_prof_site *s = hak_table_at(&sites, at);

		s->n_live = 0;
		hak_table_put(&sites, &s->entry);
	}
	for (uint32_t at = 1; at < records.used; at += HAK_UNITS(sizeof(struct record))) {
		struct record *r = hak_table_at(&records, at);

		if (r->block == 0) {
			r->entry.next = unused;
			unused = at;
		} else {
			struct hak_prof_site *s = hak_table_at(&sites, r->site);

			s->n_live++;
			live += bytes_of(s);
			hak_profile_sums.n_samples++;
			hak_table_put(&records, &r->entry);
		}
	}
}

static void drop_late_locked(void);

/* False: the caller's own thread holds it. */
static bool take_lock(void)
{
	if (hak_lock_has(HAK_RANK_PROFILE))
		return false;
	if (HAK_UNLIKELY(!hak_lock_take(&lock))) {
		if (is_open)
			rebuild_locked();
		else
			hak_sampler_end();
	}
	if (HAK_UNLIKELY(hak_load_relaxed(&is_late)))
		drop_late_locked();
	return true;
}

static struct record *find_record(const void *p, uint32_t hash)
{
	struct record *r;

	for (uint32_t at = *hak_table_bucket(&records, hash); at != 0; at = r->entry.next) {
		r = hak_table_at(&records, at);
		if (r->block == (uintptr_t)p)
			return r;
	}
	return NULL;
}

static uint32_t hash_of_block(const void *p)
{
	uintptr_t block = (uintptr_t)p;

	return hash_of(&block, 1);
}

static bool is_same(const uintptr_t *a, const uintptr_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* 0: there is none. */
static uint32_t find_stack_locked(const uintptr_t *frame, size_t n, uint32_t hash)
{
	struct hak_prof_stack *s;

	for (uint32_t at = *hak_table_bucket(&stacks, hash); at != 0; at = s->entry.next) {
		s = hak_table_at(&stacks, at);
		if (s->entry.hash == hash && s->n == n && is_same(s->frame, frame, n))
			return s->same_as != 0 ? s->same_as : at;
	}
	return 0;
}

/* 0: there is no room. */
static uint32_t put_stack_locked(const uintptr_t *frame, size_t n, uint32_t same_as)
{
	uint32_t hash = hash_of(frame, n), at = find_stack_locked(frame, n, hash);
	struct hak_prof_stack *s;

	if (at != 0 || n == 0)
		return at;
	s = hak_table_room(&stacks, sizeof *s + n * sizeof *frame);
	if (s == NULL)
		return 0;
	at = stacks.used;
	s->entry.hash = hash;
	s->n = (uint32_t)n;
	s->same_as = same_as;
	memmove(s->frame, frame, n * sizeof *frame);
	add_used(&stacks, sizeof *s + n * sizeof *frame);
	hak_table_put(&stacks, &s->entry);
	return at;
}

/* stack: of the free, or 0. */
static uint32_t drop_locked(const void *p, uint32_t stack)
{
	struct record *r = is_open ? find_record(p, hash_of_block(p)) : NULL;
	struct hak_prof_site *s;

	if (r == NULL)
		return 0;
	s = hak_table_at(&sites, r->site);
	s->n_live--;
	live -= bytes_of(s);
	hak_profile_sums.n_samples--;
	hak_freed_note_locked(r->block, r->entry.hash, r->site, stack);
	hak_table_take(&records, &r->entry);
	hak_store_release(&r->block, 0);
	r->entry.next = unused;
	unused = hak_table_place(&records, r);
	return r->site;
}

static void HAK_COLD drop_late_locked(void)
{
	hak_store_relaxed(&is_late, false);
	for (unsigned i = 0; i < HAK_PROF_LATE; i++) {
		uintptr_t block = hak_load_relaxed(&late[i]) != 0 ? hak_swap_ordered(&late[i], 0) : 0;

		if (block != 0)
			drop_locked((const void *)block, 0);
	}
}

static void HAK_COLD drop_later(const void *p)
{
	for (unsigned i = 0; i < HAK_PROF_LATE; i++) {
		uintptr_t none = 0;

		if (hak_cas_ordered(&late[i], &none, (uintptr_t)p)) {
			hak_store_ordered(&is_late, true);
			return;
		}
	}
}

static void note_peak_locked(void)
{
	if (live < peak + peak / HAK_PROF_PEAK_RATIO)
		return;
	peak = live;
	for (uint32_t at = 1; at < sites.used; at += HAK_UNITS(sizeof(struct hak_prof_site))) {
		struct hak_prof_site *s = hak_table_at(&sites, at);

		s->n_peak = s->n_live;
	}
}

/* Adds a record of p at site s. */
static bool put_record_locked(const void *p, struct hak_prof_site *s)
{
	uint32_t hash = hash_of_block(p);
	struct record *r = find_record(p, hash);

	if (r != NULL) /* a stale one: its free was missed */
		drop_locked(p, 0);
	if (unused != 0) {
		r = hak_table_at(&records, unused);
		unused = r->entry.next;
	} else {
		r = hak_table_room(&records, sizeof *r);
		if (r == NULL)
			return false;
		add_used(&records, sizeof *r);
	}
	r->entry.hash = hash;
	r->site = hak_table_place(&sites, s);
	hak_store_release(&r->block, (uintptr_t)p);
	hak_table_put(&records, &r->entry);
	s->n_live++;
	live += bytes_of(s);
	hak_profile_sums.n_samples++;
	note_peak_locked();
	return true;
}

static struct hak_prof_site *site_for_locked(uint32_t stack, size_t size)
{
	const uintptr_t key[2] = { stack, size };
	uint32_t hash = hash_of(key, 2);
	struct hak_prof_site *s;

	for (uint32_t at = *hak_table_bucket(&sites, hash); at != 0; at = s->entry.next) {
		s = hak_table_at(&sites, at);
		if (s->stack == stack && s->size == size)
			return s;
	}
	s = hak_table_room(&sites, sizeof *s);
	if (s == NULL)
		return NULL;
	s->entry.hash = hash;
	s->stack = stack;
	s->size = size;
	s->weight = 1 / hak_chance_of((double)size / (double)interval);
	s->n_taken = s->n_live = s->n_peak = 0;
	s->pinned = 0;
	s->n_leaked = 0;
	add_used(&sites, sizeof *s);
	hak_table_put(&sites, &s->entry);
	return s;
}

static bool add_locked(const void *p, size_t size, uint32_t stack)
{
	struct hak_prof_site *s = stack != 0 ? site_for_locked(stack, size) : NULL;
	bool is_there;

	if (s == NULL) {
		hak_profile_sums.n_lost++;
		return false;
	}
	s->n_taken++;
	is_there = put_record_locked(p, s);
	hak_profile_sums.n_lost += !is_there;
	return is_there;
}

/* Adds the block if the stack of these followed frames is known already, so that it need not be unwound. */
static bool add_followed(const void *p, size_t size, const uintptr_t *frame, size_t n, bool *is_known)
{
	uint32_t stack;
	bool is_there = false;

	*is_known = false;
	if (n == 0 || !take_lock())
		return false;
	stack = is_open ? find_stack_locked(frame, n, hash_of(frame, n)) : 0;
	if (stack != 0) {
		*is_known = true;
		is_there = add_locked(p, size, stack);
	}
	hak_lock_give(&lock);
	return is_there;
}

bool hak_profile_add(const void *p, size_t size, const void *frame)
{
	uintptr_t followed[HAK_PROF_DEPTH], unwound[HAK_PROF_DEPTH];
	size_t n_followed = hak_stack_follow(frame, followed), n_unwound;
	uint32_t stack;
	bool is_known, is_there = add_followed(p, size, followed, n_followed, &is_known);

	if (is_known)
		return is_there;
	n_unwound = hak_stack_unwind(frame, unwound);
	if (!take_lock())
		return false;
	if (is_open && n_unwound > 0) {
		stack = put_stack_locked(unwound, n_unwound, 0);
		if (stack != 0 && hak_stack_is_true(followed, n_followed, unwound, n_unwound))
			put_stack_locked(followed, n_followed, stack);
		is_there = add_locked(p, size, stack);
	} else if (is_open) {
		is_there = add_locked(p, size, put_stack_locked(followed, n_followed, 0));
	}
	hak_lock_give(&lock);
	return is_there;
}

uint32_t hak_profile_drop(const void *p, const struct hak_caller *caller)
{
	uintptr_t followed[HAK_PROF_DEPTH], unwound[HAK_PROF_FREE_DEPTH];
	size_t n_followed = 0, n_unwound = 0;
	bool is_kept = caller != NULL && caller->site != NULL && hak_freed_is_kept();
	uint32_t stack = 0, site;

	if (is_kept)
		n_followed = hak_stack_follow(hak_stack_frame_of(caller), followed);
	if (n_followed > 0 && take_lock()) {
		stack = is_open ? find_stack_locked(followed, n_followed, hash_of(followed, n_followed)) : 0;
		site = stack != 0 ? drop_locked(p, stack) : 0;
		hak_lock_give(&lock);
		if (stack != 0)
			return site;
	}
	if (is_kept)
		n_unwound = hak_stack_unwind_call(caller->site, unwound);
	if (!take_lock()) {
		drop_later(p);
		return 0;
	}
	if (is_open && n_unwound > 0) {
		stack = put_stack_locked(unwound, n_unwound, 0);
		if (stack != 0 && hak_stack_is_true(followed, n_followed, unwound, n_unwound))
			put_stack_locked(followed, n_followed, stack);
	}
	site = drop_locked(p, stack);
	hak_lock_give(&lock);
	return site;
}

size_t hak_profile_find(const void *p, bool freed, uintptr_t out[HAK_PROF_DEPTH])
{
	uint32_t hash = hash_of_block(p), site = 0, stack = 0;
	const struct hak_prof_stack *s = NULL;
	const struct record *r;

	if (!take_lock())
		return 0;
	r = is_open ? find_record(p, hash) : NULL;
	if (r != NULL)
		site = r->site;
	else if (is_open)
		site = hak_freed_find_locked((uintptr_t)p, hash, &stack);
	if (site != 0 && !freed)
		stack = ((const struct hak_prof_site *)hak_table_at(&sites, site))->stack;
	if (stack != 0) {
		s = hak_table_at(&stacks, stack);
		memmove(out, s->frame, s->n * sizeof *out);
	}
	hak_lock_give(&lock);
	return s != NULL ? s->n : 0;
}

bool hak_profile_put_back(const void *p, uint32_t site)
{
	bool is_there;

	if (!take_lock())
		return false;
	is_there = is_open && site < sites.used && put_record_locked(p, hak_table_at(&sites, site));
	hak_lock_give(&lock);
	return is_there;
}

/* The first call decides the size: that mapping stays. */
static bool prepare_memory(uint64_t wanted)
{
	size_t size = (size_t)wanted & ~(HAK_SLICE_SIZE - 1);
	char *none = NULL, *p = hak_load_acquire(&memory);

	if (p != NULL)
		return true;
	p = wanted <= PTRDIFF_MAX ? hak_meta_map(size) : NULL;
	if (p == NULL)
		return false;
	memory_size = size;
	if (hak_cas_release(&memory, &none, p)) /* otherwise this mapping is never touched */
		hak_meta_note(p, size);
	return true;
}

static void begin_locked(uint64_t wanted_interval)
{
	if (is_open)
		return;
	share_out(memory, memory_size);
	interval = wanted_interval;
	unused = 0;
	hak_profile_sums.n_samples = hak_profile_sums.n_lost = live = peak = 0;
	is_open = true;
	n_begun++;
	hak_sampler_begin(interval);
}

static void end_locked(void)
{
	if (!is_open)
		return;
	hak_sampler_end();
	is_open = false;
	hak_freed_empty_locked();
	/* Under the lock, although it is a system call: the next profile's memory must not be purged. */
	if (hak_os_purge(memory, memory_size)) {
		hak_limit_give(n_charged);
		n_charged = 0;
	}
	hak_profile_sums.n_samples = hak_profile_sums.n_lost = live = peak = 0;
}

HAK_COLD bool hak_profile_settle(bool (*is_wanted)(void), uint64_t size, uint64_t wanted_interval)
{
	bool has_memory = !is_wanted() || prepare_memory(size);

	if (is_wanted() && wanted_interval == 1)
		hak_freed_prepare();
	if (!take_lock())
		return false;
	if (is_wanted() && has_memory)
		begin_locked(wanted_interval);
	else if (!is_wanted())
		end_locked();
	hak_lock_give(&lock);
	return has_memory;
}

void hak_profile_counts_get(struct hak_profile_counts *counts)
{
	*counts = (struct hak_profile_counts){ .n_samples = 0 };
	if (!take_lock())
		return;
	*counts = hak_profile_sums;
	hak_lock_give(&lock);
}

/* Copies the next records that have a block, from place *at on, into some. False: no more, or another profile has begun. */
static bool read_records(uint64_t serial, uint32_t *at, struct sample some[HAK_PROF_VISIT], unsigned *n)
{
	bool has_more;

	*n = 0;
	if (!take_lock())
		return false;
	has_more = is_open && n_begun == serial && *at < records.used;
	for (unsigned i = 0; i < HAK_PROF_VISIT && has_more && *at < records.used; i++) {
		const struct record *r = hak_table_at(&records, *at);

		if (r->block != 0)
			some[(*n)++] = (struct sample){ .block = r->block, .site = (size_t)r->site * HAK_TABLE_UNIT };
		*at += HAK_UNITS(sizeof *r);
	}
	hak_lock_give(&lock);
	return has_more;
}

void hak_profile_visit(uint64_t serial, void (*visit)(uintptr_t block, size_t site, void *arg), void *arg)
{
	struct sample some[HAK_PROF_VISIT];
	uint32_t at = 1;

	for (unsigned n; read_records(serial, &at, some, &n);)
		for (unsigned i = 0; i < n; i++)
			visit(some[i].block, some[i].site, arg);
}

uint64_t hak_profile_serial(void)
{
	uint64_t serial = 0;

	if (take_lock()) {
		serial = n_begun;
		hak_lock_give(&lock);
	}
	return serial;
}

bool hak_profile_read(struct hak_profile_copy *copy, size_t *n_bytes)
{
	bool is_there;

	if (!take_lock())
		return false;
	is_there = is_open;
	copy->interval = interval;
	copy->serial = n_begun;
	copy->n_sites_end = sites.used * HAK_TABLE_UNIT;
	copy->n_stacks_end = stacks.used * HAK_TABLE_UNIT;
	*n_bytes = copy->n_sites_end + copy->n_stacks_end;
	if (is_there && copy->base != NULL && *n_bytes <= copy->size) {
		memmove(copy->base, sites.base, copy->n_sites_end);
		memmove(copy->base + copy->n_sites_end, stacks.base, copy->n_stacks_end);
	}
	hak_lock_give(&lock);
	return is_there;
}
