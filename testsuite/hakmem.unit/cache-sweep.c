/* SPDX-License-Identifier: MIT */
/* A heap that needs more slabs than ever first gives back what rests in the caches of other classes, or was sent home
 * for them: its slabs are used anew. Caches in use keep what they have; so do all below the most slabs there were. */
#include "heaps.h"

#define N 400000

static void *blocks[N], *grown[N];

/* Takes n blocks and frees them in an order that leaves the last ones, which stay cached, spread over all slabs. */
static void pass_through(struct hak_heap *h, struct hak_heap *freeing, unsigned sc, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		blocks[i] = take_block(h, sc);
	for (unsigned i = 0; i < n; i++)
		give_block(freeing, blocks[i * 7919ULL % n]);
	CHECK(count_class(sc).alive == 0);
}

int main(void)
{
	const unsigned old = hak_class_of(640), sent = hak_class_of(320), used = hak_class_of(48), new = hak_class_of(64);
	const unsigned per_slab = (unsigned)(HAK_SLICE_SIZE / 64);
	struct hak_heap *h = make_heap(), *other = make_heap();
	struct hak_bin *bin = h->bin;
	uint64_t n_given;
	unsigned n = 0;
	uint32_t most;
	int64_t n_pinned;

	pass_through(h, h, old, 20000);
	pass_through(h, other, sent, 2000);
	most = h->n_slabs_most;
	n_pinned = bin[old].n_slabs;
	CHECK(n_pinned > 64 && most >= HAK_SWEEP_LEAST && bin[sent].n_slabs > 5 && h->pending[sent] != NULL);

	/* Up to the most it had: nothing is looked at. */
	while (h->n_slabs < most)
		grown[n++] = take_block(h, new);
	CHECK(bin[old].n_slabs == n_pinned && h->pending[sent] != NULL);

	/* It would get larger, and stays as it is. A cache in use is left alone. */
	n_given = bin[used].n_given;
	for (unsigned i = 0; i < 25 * per_slab; i++) {
		grown[n++] = take_block(h, new);
		if (i % per_slab == 0 || i % per_slab == per_slab / 2)
			blocks[i / (per_slab / 2)] = take_block(h, used);
	}
	CHECK(bin[old].n_slabs == 0 && bin[old].n_slots == HAK_CACHE_FIRST, "%d slabs", (int)bin[old].n_slabs);
	CHECK(bin[sent].n_slabs <= 2 && h->pending[sent] == NULL, "%d slabs", (int)bin[sent].n_slabs);
	CHECK(h->n_slabs <= most + 1, "%u slabs, %u before", h->n_slabs, most);
	CHECK(bin[used].n_given == n_given && hak_cache_count_any(h, used) > 0);

	/* One that rests from now on is emptied like all others, but for the class that grows, also where its cache is
	 * as empty each time. */
	for (unsigned i = 0; i < 250 * per_slab; i++)
		grown[n++] = take_block(h, new);
	CHECK(hak_cache_count_any(h, used) == 0 && bin[used].n_given > n_given);
	CHECK(bin[new].n_slots > HAK_CACHE_FIRST, "%u slots", bin[new].n_slots);

	for (unsigned i = 0; i < 50; i++)
		give_block(h, blocks[i]);
	while (n > 0)
		give_block(h, grown[--n]);
	settle();
	check_all_home();
	return 0;
}
