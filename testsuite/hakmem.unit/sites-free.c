/* SPDX-License-Identifier: MIT */
/* What the ways of a block cost is known: nothing shared at home; a read-modify-write for each that another thread frees,
 * one announcement for all of them, and a read-modify-write for each word of the bitmap when they come home. */
#include "heaps.h"
#include "sites.h"

#define N 128 /* blocks: two words of a bitmap, or three */

int main(void)
{
#if HAK_COUNT
	unsigned sc = hak_class_of(64);
	struct hak_heap *a = make_heap(), *b = make_heap();
	struct hak_site_counts c, before;
	void *blocks[N];
	bool is_used[HAK_SLAB_WORDS_MAX] = { false };
	unsigned n_used = 0;
	struct hak_slab *s;

	/* One lock each for the slices and the descriptor, once there is a superslab. */
	CHECK(hak_slab_make_own(b, sc) != NULL);
	before = count_of("region/slices.c", "hak_slices_lock");
	CHECK(hak_slab_make_own(a, sc) != NULL);
	c = count_of("region/slices.c", "hak_slices_lock");
	CHECK(c.n_locks - before.n_locks == 1 && c.n_contended == 0);
	c = count_of("tiny/slab.c", "take_lock");
	CHECK(c.n_locks == 2);
	for (unsigned i = 0; i < N; i++)
		CHECK((blocks[i] = hak_cache_refill_own(a, sc)) != NULL);
	s = (struct hak_slab *)hak_registry_find(blocks[0]);

	for (unsigned i = 0; i < N; i++) {
		unsigned w = hak_slab_idx_of(s, blocks[i]) / HAK_WORD_BITS;

		n_used += !is_used[w];
		is_used[w] = true;
	}
	for (unsigned i = 0; i < N; i++)
		CHECK(hak_remote_push_own(b, s, hak_slab_idx_of(s, blocks[i])));
	c = count_of("tiny/remote.h", "hak_remote_push_own");
	CHECK(c.n_rmw == N && c.n_lines == N && c.n_locks == 0);
	c = count_of("tiny/remote.c", "hak_remote_announce_any");
	CHECK(c.n_rmw == 1);
	c = count_of("tiny/remote.c", "deliver_any");
	CHECK(c.n_rmw == 1 && c.n_lines == 2);

	hak_remote_collect_own(a);
	c = count_of("tiny/remote.c", "collect_slab_own");
	CHECK(c.n_rmw == n_used); /* one for each word of the bitmap that has a bit */
	return 0;
#else
	return refuse_site_test();
#endif
}
