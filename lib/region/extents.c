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

void hak_extents_renew_locked(struct hak_superslab *s, enum hak_extent kind, unsigned bound)
{
	struct hak_extent_link *e = &s->extent[kind];

	take_out_locked(s, kind);
	e->bound = bound;
	e->is_reserved = hak_load_relaxed(&s->huge) == HAK_HUGE_AUTO;
	put_in_locked(s, kind);
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
	hak_extents_renew_locked(s, kind, bound);
}

void hak_extents_raise_locked(struct hak_superslab *s, enum hak_extent kind, unsigned n)
{
	hak_extents_set_locked(s, kind, n > s->extent[kind].bound ? n : s->extent[kind].bound);
}

/* Among the first few of the bin in which only some have n slices: one that has. */
static struct hak_superslab *find_exact_locked(const struct bins *bins, enum hak_extent kind, size_t n)
{
	unsigned b = bin_of(n);
	struct hak_link *link;

	if (b == bin_from(n) || !hak_bit_is_set(bins->filled, b))
		return NULL;
	link = bins->bin[b].next;
	for (unsigned i = 0; i < HAK_EXTENT_LOOKS && link != &bins->bin[b]; i++, link = link->next)
		if (of_link(link, kind)->extent[kind].bound >= n)
			return of_link(link, kind);
	return NULL;
}

struct hak_superslab *hak_extents_find_locked(enum hak_extent kind, bool is_reserved, size_t n)
{
	struct bins *bins = &all_bins[kind][is_reserved];
	struct hak_superslab *exact = find_exact_locked(bins, kind, n);
	unsigned b;

	if (exact != NULL)
		return exact;
	b = hak_bits_find(bins->filled, N_BINS, bin_from(n), true);
	return b < N_BINS ? of_link(bins->bin[b].next, kind) : NULL;
}

struct hak_superslab *hak_extents_largest_locked(enum hak_extent kind, bool is_reserved, size_t n)
{
	struct bins *bins = &all_bins[kind][is_reserved];
	unsigned b = hak_bits_end(bins->filled, N_BINS, true);

	return b > bin_from(n) ? of_link(bins->bin[b - 1].prev, kind) : NULL;
}

size_t hak_extents_count_locked(enum hak_extent kind)
{
	size_t n = 0;

	for (unsigned i = 0; i < 2 * N_BINS; i++) {
		const struct bins *bins = &all_bins[kind][i / N_BINS];
		const struct hak_link *head = &bins->bin[i % N_BINS];

		if (!hak_bit_is_set(bins->filled, i % N_BINS))
			continue;
		for (struct hak_link *link = head->next; link != head; link = link->next)
			n += bins_of(of_link(link, kind), kind) == bins && bin_of(of_link(link, kind)->extent[kind].bound) == i % N_BINS;
	}
	return n;
}

void hak_extents_forget_locked(void)
{
	memset(all_bins, 0, sizeof all_bins);
}
