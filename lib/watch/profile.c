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
#include "watch/stack.h"

/* All entries of tables start with this. An entry is referred to by its offset in units of 8 bytes; 0: none. */
struct entry {
	uint32_t next; /* in its bucket's chain */
	uint32_t hash;
};

struct record {
	struct entry entry;
	uintptr_t block; /* 0: the record is unused, and next is the next unused one */
	uint32_t site;
};

struct site {
	struct entry entry;
	uint32_t stack;
	uint32_t unused;
	uint64_t size;
	double weight;   /* how many blocks a sample stands for */
	uint64_t n_taken, n_live, n_peak;
};

struct stack {
	struct entry entry;
	uint32_t n;
	uint32_t same_as; /* not 0: frames are the followed form of this unwound stack */
	uintptr_t frame[];
};

/* Linear hashing: it grows by one bucket at a time, into which another one is split. */
struct table {
	char *base;         /* const: of its entries */
	uint32_t most;      /* const: units there are for entries, ... */
	uint32_t used;      /* lk:PROFILE: ... and how many are in use */
	uint32_t *bucket;   /* const */
	uint32_t n_most;    /* const: the most buckets there can be, ... */
	uint32_t n_buckets; /* lk:PROFILE: ... and how many are in use, at least 1 */
	uint32_t mask;      /* lk:PROFILE: 2^k - 1 >= n_buckets - 1 */
	uint32_t n_entries; /* lk:PROFILE */
};

#define UNIT sizeof(uint64_t)
#define UNITS(size) ((uint32_t)(((size) + UNIT - 1) / UNIT))

static struct hak_lock lock = HAK_LOCK(HAK_RANK_PROFILE);
static char *memory;                          /* any: NULL before the first profile */
static size_t memory_size;                    /* const once memory is set */
static struct table records, sites, stacks;   /* lk:PROFILE */
static uint32_t unused;                       /* lk:PROFILE: the first unused record */
static bool is_open;                          /* lk:PROFILE */
static uint64_t interval;                     /* lk:PROFILE */
static uint64_t n_samples, n_lost;            /* lk:PROFILE */
static uint64_t live, peak;                   /* lk:PROFILE: bytes, estimated */
static size_t n_charged;                      /* lk:PROFILE: bytes that count against the limits */
static uintptr_t late[HAK_PROF_LATE];         /* any: blocks freed by handlers whose thread held the lock */
static bool is_late;                          /* any: there are some */

static void *entry_at(const struct table *t, uint32_t at)
{
	return t->base + (size_t)at * UNIT;
}

static uint32_t *bucket_of(const struct table *t, uint32_t hash)
{
	uint32_t b = hash & t->mask;

	return &t->bucket[b < t->n_buckets ? b : b & t->mask >> 1];
}

static uint32_t place_of(const struct table *t, const void *entry)
{
	return (uint32_t)((size_t)((const char *)entry - t->base) / UNIT);
}

static void link_in(struct table *t, struct entry *e)
{
	uint32_t *bucket = bucket_of(t, e->hash);

	e->next = *bucket;
	*bucket = place_of(t, e);
}

static void split_next(struct table *t)
{
	uint32_t from, at;

	if (t->n_buckets > t->mask)
		t->mask = 2 * t->mask + 1;
	from = t->n_buckets & t->mask >> 1;
	at = t->bucket[from];
	t->bucket[from] = t->bucket[t->n_buckets] = 0;
	t->n_buckets++;
	while (at != 0) {
		struct entry *e = entry_at(t, at);

		at = e->next;
		link_in(t, e);
	}
}

static void put_in(struct table *t, struct entry *e)
{
	link_in(t, e);
	if (++t->n_entries > t->n_buckets && t->n_buckets < t->n_most)
		split_next(t);
}

static void take_out(struct table *t, struct entry *e)
{
	uint32_t *at = bucket_of(t, e->hash), place = place_of(t, e);

	while (*at != place)
		at = &((struct entry *)entry_at(t, *at))->next;
	*at = e->next;
	t->n_entries--;
}

/* Room for a new entry of size bytes, or NULL. The caller fills it in, then raises used (V2). */
static void *room_for(const struct table *t, size_t size)
{
	return t->most - t->used >= UNITS(size) ? entry_at(t, t->used) : NULL;
}

static size_t resident_of(const struct table *t)
{
	return t->used * UNIT + t->n_buckets * sizeof *t->bucket;
}

static void set_used(struct table *t, uint32_t used)
{
	size_t n_bytes;

	hak_store_release(&t->used, used);
	n_bytes = resident_of(&records) + resident_of(&sites) + resident_of(&stacks);
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

static uint64_t bytes_of(const struct site *s)
{
	return (uint64_t)(s->weight * (double)s->size);
}

static void empty_table(struct table *t)
{
	memset(t->bucket, 0, t->n_buckets * sizeof *t->bucket);
	t->n_buckets = 1;
	t->mask = 0;
	t->n_entries = 0;
}

static void make_table(struct table *t, char **at, size_t size, size_t n_most)
{
	t->base = *at;
	t->most = UNITS(size);
	t->bucket = (uint32_t *)(void *)(*at + size);
	t->n_most = (uint32_t)n_most;
	t->n_buckets = 1;
	t->mask = 0;
	t->n_entries = 0;
	t->bucket[0] = 0;
	t->used = 1;
	*at += size + hak_round_up(n_most * sizeof *t->bucket, UNIT);
}

/* Each table gets a share of the memory; unused parts are never touched. */
static void share_out(char *base, size_t size)
{
	char *at = base;

	make_table(&records, &at, size / 16 * 8, size / 16 * 8 / sizeof(struct record));
	make_table(&sites, &at, size / 16 * 2, size / 16 * 2 / sizeof(struct site));
	make_table(&stacks, &at, size / 16 * 3, size / 16 * 3 / (sizeof(struct stack) + 8 * sizeof(uintptr_t)));
	HAK_ASSERT(at <= base + size);
}

/* The lock's holder stayed in the parent, perhaps in the middle of a change (V2). */
static void HAK_COLD rebuild_locked(void)
{
	empty_table(&records);
	empty_table(&sites);
	empty_table(&stacks);
	unused = 0;
	live = 0;
	n_samples = 0;
	for (uint32_t at = 1; at < stacks.used;) {
		struct stack *s = entry_at(&stacks, at);

		put_in(&stacks, &s->entry);
		at += UNITS(sizeof *s + s->n * sizeof s->frame[0]);
	}
	for (uint32_t at = 1; at < sites.used; at += UNITS(sizeof(struct site))) {
		struct site *s = entry_at(&sites, at);

		s->n_live = 0;
		put_in(&sites, &s->entry);
	}
	for (uint32_t at = 1; at < records.used; at += UNITS(sizeof(struct record))) {
		struct record *r = entry_at(&records, at);

		if (r->block == 0) {
			r->entry.next = unused;
			unused = at;
		} else {
			struct site *s = entry_at(&sites, r->site);

			s->n_live++;
			live += bytes_of(s);
			n_samples++;
			put_in(&records, &r->entry);
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

	for (uint32_t at = *bucket_of(&records, hash); at != 0; at = r->entry.next) {
		r = entry_at(&records, at);
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

static uint32_t drop_locked(const void *p)
{
	struct record *r = is_open ? find_record(p, hash_of_block(p)) : NULL;
	struct site *s;

	if (r == NULL)
		return 0;
	s = entry_at(&sites, r->site);
	s->n_live--;
	live -= bytes_of(s);
	n_samples--;
	take_out(&records, &r->entry);
	hak_store_release(&r->block, 0);
	r->entry.next = unused;
	unused = place_of(&records, r);
	return r->site;
}

static void HAK_COLD drop_late_locked(void)
{
	hak_store_relaxed(&is_late, false);
	for (unsigned i = 0; i < HAK_PROF_LATE; i++) {
		uintptr_t block = hak_load_relaxed(&late[i]) != 0 ? hak_swap_ordered(&late[i], 0) : 0;

		if (block != 0)
			drop_locked((const void *)block);
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
	for (uint32_t at = 1; at < sites.used; at += UNITS(sizeof(struct site))) {
		struct site *s = entry_at(&sites, at);

		s->n_peak = s->n_live;
	}
}

/* Adds a record of p at site s. */
static bool put_record_locked(const void *p, struct site *s)
{
	uint32_t hash = hash_of_block(p);
	struct record *r = find_record(p, hash);

	if (r != NULL) /* a stale one: its free was missed */
		drop_locked(p);
	if (unused != 0) {
		r = entry_at(&records, unused);
		unused = r->entry.next;
	} else {
		r = room_for(&records, sizeof *r);
		if (r == NULL)
			return false;
		set_used(&records, records.used + UNITS(sizeof *r));
	}
	r->entry.hash = hash;
	r->site = place_of(&sites, s);
	hak_store_release(&r->block, (uintptr_t)p);
	put_in(&records, &r->entry);
	s->n_live++;
	live += bytes_of(s);
	n_samples++;
	note_peak_locked();
	return true;
}

static struct site *site_for_locked(uint32_t stack, size_t size)
{
	const uintptr_t key[2] = { stack, size };
	uint32_t hash = hash_of(key, 2);
	struct site *s;

	for (uint32_t at = *bucket_of(&sites, hash); at != 0; at = s->entry.next) {
		s = entry_at(&sites, at);
		if (s->stack == stack && s->size == size)
			return s;
	}
	s = room_for(&sites, sizeof *s);
	if (s == NULL)
		return NULL;
	s->entry.hash = hash;
	s->stack = stack;
	s->size = size;
	s->weight = 1 / hak_chance_of((double)size / (double)interval);
	s->n_taken = s->n_live = s->n_peak = 0;
	set_used(&sites, sites.used + UNITS(sizeof *s));
	put_in(&sites, &s->entry);
	return s;
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
	struct stack *s;

	for (uint32_t at = *bucket_of(&stacks, hash); at != 0; at = s->entry.next) {
		s = entry_at(&stacks, at);
		if (s->entry.hash == hash && s->n == n && is_same(s->frame, frame, n))
			return s->same_as != 0 ? s->same_as : at;
	}
	return 0;
}

/* 0: there is no room. */
static uint32_t put_stack_locked(const uintptr_t *frame, size_t n, uint32_t same_as)
{
	uint32_t hash = hash_of(frame, n), at = find_stack_locked(frame, n, hash);
	struct stack *s;

	if (at != 0 || n == 0)
		return at;
	s = room_for(&stacks, sizeof *s + n * sizeof *frame);
	if (s == NULL)
		return 0;
	at = stacks.used;
	s->entry.hash = hash;
	s->n = (uint32_t)n;
	s->same_as = same_as;
	memmove(s->frame, frame, n * sizeof *frame);
	set_used(&stacks, at + UNITS(sizeof *s + n * sizeof *frame));
	put_in(&stacks, &s->entry);
	return at;
}

static bool add_locked(const void *p, size_t size, uint32_t stack)
{
	struct site *s = stack != 0 ? site_for_locked(stack, size) : NULL;
	bool is_there;

	if (s == NULL) {
		n_lost++;
		return false;
	}
	s->n_taken++;
	is_there = put_record_locked(p, s);
	n_lost += !is_there;
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

uint32_t hak_profile_drop(const void *p)
{
	uint32_t site;

	if (!take_lock()) {
		drop_later(p);
		return 0;
	}
	site = drop_locked(p);
	hak_lock_give(&lock);
	return site;
}

bool hak_profile_put_back(const void *p, uint32_t site)
{
	bool is_there;

	if (!take_lock())
		return false;
	is_there = is_open && site < sites.used && put_record_locked(p, entry_at(&sites, site));
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
	n_samples = n_lost = live = peak = 0;
	is_open = true;
	hak_sampler_begin(interval);
}

static void end_locked(void)
{
	if (!is_open)
		return;
	hak_sampler_end();
	is_open = false;
	/* Under the lock, although it is a system call: the next profile's memory must not be purged. */
	if (hak_os_purge(memory, memory_size)) {
		hak_limit_give(n_charged);
		n_charged = 0;
	}
	n_samples = n_lost = live = peak = 0;
}

bool hak_profile_settle(bool (*is_wanted)(void), uint64_t size, uint64_t wanted_interval)
{
	bool has_memory = !is_wanted() || prepare_memory(size);

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
	*counts = (struct hak_profile_counts){ .n_samples = n_samples, .n_lost = n_lost };
	hak_lock_give(&lock);
}

bool hak_profile_copy(struct hak_profile_copy *copy)
{
	bool is_done = false;

	copy->base = NULL;
	while (!is_done) {
		size_t n_sites, n_stacks, page = hak_os_page_size();

		if (!take_lock())
			break;
		n_sites = sites.used * UNIT;
		n_stacks = stacks.used * UNIT;
		copy->interval = interval;
		copy->n_sites_end = n_sites;
		copy->n_stacks_end = n_stacks;
		is_done = is_open && copy->base != NULL && n_sites + n_stacks <= copy->size;
		if (is_done) {
			memmove(copy->base, sites.base, n_sites);
			memmove(copy->base + n_sites, stacks.base, n_stacks);
		} else if (!is_open) {
			hak_lock_give(&lock);
			break;
		}
		hak_lock_give(&lock);
		if (is_done)
			return true;
		hak_profile_free_copy(copy);
		/* Slightly more than there is now. */
		copy->size = (n_sites + n_stacks + (n_sites + n_stacks) / 8 + page) / page * page;
		copy->base = hak_os_map(copy->size, page, "hakmem: profile");
		if (copy->base == NULL)
			break;
	}
	hak_profile_free_copy(copy);
	return false;
}

void hak_profile_free_copy(struct hak_profile_copy *copy)
{
	if (copy->base != NULL)
		hak_os_unmap(copy->base, copy->size);
	copy->base = NULL;
}

bool hak_profile_next(const struct hak_profile_copy *copy, size_t *at, struct hak_profile_site *out)
{
	size_t off = *at == 0 ? UNIT : *at;
	const struct site *s = (const struct site *)(const void *)(copy->base + off);
	const struct stack *stack;

	if (off + sizeof *s > copy->n_sites_end)
		return false;
	stack = (const struct stack *)(const void *)(copy->base + copy->n_sites_end + (size_t)s->stack * UNIT);
	*out = (struct hak_profile_site){ .frame = stack->frame, .n_frames = stack->n, .size = (size_t)s->size,
		.weight = s->weight, .n_taken = s->n_taken, .n_live = s->n_live, .n_peak = s->n_peak };
	*at = off + UNITS(sizeof *s) * UNIT;
	return true;
}
