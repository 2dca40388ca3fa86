/* SPDX-License-Identifier: MIT */
#include "region/extents.h"

#include <string.h>

#define N_BINS 96 /* 1 to 15, then eight to each doubling, up to 2^14 slices */

HAK_STATIC(HAK_SUPERSLAB_SLICES <= 1 << 14);

struct bins {
	uint64_t filled[HAK_N_WORDS(N_BINS)]; /* lk:SUPERSLAB: bit b: bin b is not empty; if clear, its head is invalid */
	struct hak_link bin[N_BINS];          /* lk:SUPERSLAB */
};

static struct bins all_bins[HAK_N_EXTENTS][2]; /* by kind and is_reserved */

static unsigned bin_of(size_t n)
{
	unsigned shift = n >= 8 ? hak_bits_high(n) - 3 : 0;

	return 8 * shift + (unsigned)(n >> shift) - 1;
}

/* The lowest bin all of whose superslabs have a bound of at least n. */
static unsigned bin_from(size_t n)
{
	unsigned shift = n >= 8 ? hak_bits_high(n) - 3 : 0;

	return bin_of(n) + (n >> shift << shift != n);
}

static struct hak_superslab *of_link(struct hak_link *link, enum hak_extent kind)
{
	return (struct hak_superslab *)((char *)link - offsetof(struct hak_superslab, extent) - kind * sizeof(struct hak_extent_link));
}

static struct bins *bins_of(const struct hak_superslab *s, enum hak_extent kind)
{
	return &all_bins[kind][s->extent[kind].is_reserved];
}

static void take_out_locked(struct hak_superslab *s, enum hak_extent kind)
{
	struct hak_extent_link *e = &s->extent[kind];
	struct bins *bins = bins_of(s, kind);
	unsigned b;

	if (e->bound == 0)
		return;
	b = bin_of(e->bound);
	hak_list_remove(&e->link);
	if (hak_list_is_empty(&bins->bin[b]))
		hak_bits_fill(bins->filled, b, 1, false);
}

static void put_in_locked(struct hak_superslab *s, enum hak_extent kind)
{
	struct bins *bins = bins_of(s, kind);
	unsigned b;

	if (s->extent[kind].bound == 0)
		return;
	b = bin_of(s->extent[kind].bound);
	if (!hak_bit_is_set(bins->filled, b)) {
		hak_list_init(&bins->bin[b]);
		hak_bits_fill(bins->filled, b, 1, true);
	}
	/* Superslabs that are all free come last: they may have huge pages that are not touched yet. */
	if (s->n_used == 0)
		hak_list_put_last(&bins->bin[b], &s->extent[kind].link);
	else
		hak_list_put_first(&bins->bin[b], &s->extent[kind].link);
}

void hak_extents_set_locked(struct hak_superslab *s, enum hak_extent kind, unsigned bound)
{
	struct hak_extent_link *e = &s->extent[kind];
	bool is_reserved = hak_load_relaxed(&s->huge) == HAK_HUGE_AUTO;

	if (e->bound == bound && e->is_reserved == is_reserved)
		return;
	if (e->bound > 0 && bound > 0 && bin_of(e->bound) == bin_of(bound) && e->is_reserved == is_reserved) {
		e->bound = bound;
		return;
	}
	take_out_locked(s, kind);
	e->bound = bound;
	e->is_reserved = is_reserved;
	put_in_locked(s, kind);
}

void hak_extents_raise_locked(struct hak_superslab *s, enum hak_extent kind, unsigned n)
{
	hak_extents_set_locked(s, kind, n > s->extent[kind].bound ? n : s->extent[kind].bound);
}

struct hak_superslab *hak_extents_find_locked(enum hak_extent kind, bool is_reserved, size_t n)
{
	struct bins *bins = &all_bins[kind][is_reserved];
	unsigned b = hak_bits_find(bins->filled, N_BINS, bin_from(n), true);

	return b < N_BINS ? of_link(bins->bin[b].next, kind) : NULL;
}

struct hak_superslab *hak_extents_largest_locked(enum hak_extent kind, bool is_reserved, size_t n)
{
	struct bins *bins = &all_bins[kind][is_reserved];
	unsigned b = hak_bits_end(bins->filled, N_BINS, true);

	return b > bin_from(n) ? of_link(bins->bin[b - 1].prev, kind) : NULL;
}

struct hak_superslab *hak_extents_next_locked(const struct hak_superslab *s, enum hak_extent kind, size_t n)
{
	struct bins *bins = bins_of(s, kind);
	unsigned b = bin_of(s->extent[kind].bound);

	if (s->extent[kind].link.prev != &bins->bin[b])
		return of_link(s->extent[kind].link.prev, kind);
	b = hak_bits_end(bins->filled, b, true);
	return b > bin_from(n) ? of_link(bins->bin[b - 1].prev, kind) : NULL;
}

void hak_extents_forget_locked(void)
{
	memset(all_bins, 0, sizeof all_bins);
}
