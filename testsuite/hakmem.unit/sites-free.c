/* SPDX-License-Identifier: MIT */
/* What the ways of a block cost is known: one lock for a batch of them, either way; a read-modify-write for each that a
 * thread of another heap frees, one announcement for all of them, and a read-modify-write for each word of the bitmap when
 * they come home. */
#include "caches.h"
#include "sites.h"

#define N 128 /* blocks: two words of a bitmap, or three */

int main(void)
{
#if HAK_COUNT
	unsigned sc = hak_class_of(64);
	struct hak_heap *a = make_heap(), *b = make_heap();
	struct hak_site_counts c, before, first;
	struct hak_slot blocks[N];
	bool is_used[HAK_SLAB_WORDS_MAX] = { false };
	unsigned n_used = 0;
	struct hak_slab *s;

	/* One lock each for the slices and the descriptor, once there are a superslab and a group beside the first. */
	CHECK(hak_slab_make_any(b, sc) != NULL && hak_slab_make_any(b, sc) != NULL);
	before = count_of("region/slices.c", "hak_slices_lock");
	first = count_of("tiny/group.c", "take_lock");
	s = make_slab(a, sc);
	c = count_of("region/slices.c", "hak_slices_lock");
	CHECK(c.n_locks - before.n_locks == 1 && c.n_contended == 0);
	c = count_of("tiny/group.c", "take_lock");
	CHECK(c.n_locks - first.n_locks == 1);
	before = count_of("tiny/heap.c", "hak_heap_lock");
	CHECK(hak_cache_take_any(a, sc, blocks, N) == N);
	c = count_of("tiny/heap.c", "hak_heap_lock");
	CHECK(c.n_locks - before.n_locks == 1 && c.n_contended == 0);

	for (unsigned i = 0; i < N; i++) {
		unsigned w = hak_slab_idx_of(s, hak_cache_hand_out(blocks[i], sc)) / HAK_WORD_BITS;

		n_used += !is_used[w];
		is_used[w] = true;
	}
	for (unsigned i = 0; i < N; i++)
		CHECK(hak_remote_push_any(s, hak_slab_block_idx(s, blocks[i].block), 0));
	c = count_of("tiny/remote.h", "hak_remote_push_any");
	CHECK(c.n_rmw == N && c.n_lines == N && c.n_locks == 0);
	c = count_of("tiny/remote.c", "hak_remote_announce_any");
	CHECK(c.n_rmw == 1);
	c = count_of("tiny/remote.c", "deliver_any");
	CHECK(c.n_rmw == 1 && c.n_lines == 2);

	hak_heap_collect_any(a);
	c = count_of("tiny/remote.c", "collect_slab_locked");
	CHECK(c.n_rmw == n_used); /* one for each word of the bitmap that has a bit */

	/* A lock that was tried for counts as one that was waited for. */
	before = count_of("tiny/heap.c", "hak_heap_try_lock");
	CHECK(hak_heap_try_lock(a) && !hak_heap_try_lock(a));
	hak_heap_unlock(a);
	c = count_of("tiny/heap.c", "hak_heap_try_lock");
	CHECK(c.n_locks - before.n_locks == 1 && c.n_contended == 0);
	return 0;
#else
	return refuse_site_test();
#endif
}
