/* SPDX-License-Identifier: MIT */
/* The division by multiplication in hak_registry_idx_hit() is exact for every class at every offset that a slab can have,
 * and beyond it up to its bound; a heap's first slab of a class and the longer ones that follow know their blocks by it. */
#include "caches.h"

#define BOUND ((size_t)1 << 20)

static void check_class(size_t size)
{
	uint64_t inverse = hak_registry_inverse(size);
	size_t in = 0, idx = 0;
	uint64_t found;

	for (size_t off = 0; off < BOUND; off++, in++) {
		bool is_first;

		if (in == size) {
			in = 0;
			idx++;
		}
		is_first = hak_registry_idx_hit(off, &inverse, &found);
		CHECK(is_first == (in == 0) && found == idx, "size %zu, offset %zu: %zu", size, off, (size_t)found);
	}
}

static void check_slab(struct hak_slab *s, unsigned sc, unsigned n_slices)
{
	size_t size = hak_class_size(sc);
	size_t end = n_slices * HAK_SLICE_SIZE;
	const struct hak_front *f = hak_registry_front_of(s->span.base);

	CHECK(s->n_blocks == end / size && (s->n_blocks > 1) == (size <= HAK_SHARED_MAX) && s->span.size == size && s->span.n_slices == n_slices);
	for (size_t off = 0; off < end; off += HAK_ALIGNMENT / 2) {
		const char *p = s->span.base + off;
		size_t idx = hak_slab_block_idx(s, p);
		bool is_first = off % size == 0;
		uint8_t *live;

		CHECK(hak_slab_idx_of(s, p) == off / size && idx == (is_first ? off / size : SIZE_MAX), "class %u, offset %zu", sc, off);
		/* The rest at the end, less than a block, has a byte, too: never alive. */
		CHECK(hak_registry_live_hit(f, p, &live) == is_first && live == &s->live[off / size]);
		CHECK(off / size <= s->n_blocks && *live == (s->n_blocks == 1 && off < size ? HAK_LIVE_HOME : 0));
	}
	CHECK((char *)&s->live[s->n_blocks] < (char *)s->live + (size_t)s->n_words * HAK_WORD_BITS + 1);
}

int main(void)
{
	struct hak_heap *h = make_heap();

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		check_class(hak_class_size(sc));
		check_slab(make_slab(h, sc), sc, hak_class_first_slices(sc));
		check_slab(make_slab(h, sc), sc, hak_class_slices(sc));
		CHECK(h->bin[sc].n_slabs == 2);
	}
	return 0;
}
