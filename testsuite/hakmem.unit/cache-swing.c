/* SPDX-License-Identifier: MIT */
/* A cache that overflows with blocks which are taken again soon grows until they stay. It does not where they are too
 * many for what a heap may keep so, or other classes keep as much already. */
#include "heaps.h"
#include "conf/options.h"

#define N 100000

static void *blocks[N];

static void swing(struct hak_heap *h, unsigned sc, unsigned n, unsigned times)
{
	while (times-- > 0) {
		for (unsigned i = 0; i < n; i++)
			blocks[i] = take_block(h, sc);
		for (unsigned i = 0; i < n; i++)
			give_block(h, blocks[i]);
	}
	CHECK(count_class(sc).alive == 0);
}

static size_t beyond_caps(const struct hak_heap *h)
{
	size_t n = 0;

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		if (h->bin[sc].n_slots > hak_class_cap(sc))
			n += (h->bin[sc].n_slots - hak_class_cap(sc)) * hak_class_size(sc);
	CHECK(n <= h->swing_bytes && h->swing_bytes <= HAK_SWING_BYTES);
	return n;
}

/* All of what swings fits: nothing goes to the slabs any more. */
static void check_held(struct hak_heap *h, unsigned sc, unsigned n)
{
	struct hak_bin *bin = &h->bin[sc];
	uint64_t n_given, n_taken;

	swing(h, sc, n, 24);
	n_given = bin->n_given;
	n_taken = bin->n_taken;
	swing(h, sc, n, 1);
	CHECK(bin->n_given == n_given && bin->n_taken == n_taken, "class %u, %u blocks, %u slots", sc, n, bin->n_slots);
	CHECK(beyond_caps(h) > 0);
}

static void check_not_held(struct hak_heap *h, unsigned sc, unsigned n)
{
	swing(h, sc, n, 24);
	CHECK(h->bin[sc].n_slots <= hak_class_cap(sc), "class %u, %u blocks: %u slots", sc, n, h->bin[sc].n_slots);
}

int main(void)
{
	const unsigned sc = hak_class_of(64), cap = hak_class_cap(sc);
	struct hak_heap *h = make_heap();

	check_not_held(h, sc, cap / 2);
	check_not_held(h, sc, N);
	CHECK(beyond_caps(h) == 0);
	check_held(h, sc, 30000);

	/* What is left of the budget is too little for these, until the others are given up. */
	check_not_held(h, hak_class_of(512), 4000);
	hak_cache_trim_own(h, 4096);
	CHECK(beyond_caps(h) == 0 && h->swing_bytes == 0);
	CHECK(hak_cache_count_any(h, sc) == 64);
	check_held(h, hak_class_of(512), 4000);

	/* Also while all of its blocks are in use. */
	check_held(h, sc, 10000);
	for (unsigned i = 0; i < N; i++)
		blocks[i] = take_block(h, sc);
	hak_cache_flush_own(h);
	CHECK(h->swing_bytes == 0 && h->bin[sc].n_slots == HAK_CACHE_FIRST);
	CHECK(h->bin[hak_class_of(512)].n_slots == HAK_CACHE_FIRST);
	for (unsigned i = 0; i < N; i++)
		give_block(h, blocks[i]);
	hak_options.cache_cap = 100;
	swing(h, sc, 10000, 24);
	CHECK(h->bin[sc].n_slots == 100);
	hak_options.cache_cap = HAK_CACHE_MOST;

	/* Diet empties it by the next overflow. */
	check_held(h, sc, 10000);
	hak_store_relaxed(&hak_options.diet, 1);
	swing(h, sc, 20000, 2);
	CHECK(h->bin[sc].n_slots == HAK_CACHE_DIET);

	settle();
	check_all_home();
	return 0;
}
