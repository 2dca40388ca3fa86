/* SPDX-License-Identifier: MIT */
/* The divisions by multiplication in hak_slab_idx_of() and hak_slab_is_first() are exact for every class at every offset,
 * in a heap's first slab of a class and in the longer ones that follow. */
#include "heaps.h"

static void check_all(const struct hak_slab *s, unsigned sc, unsigned n_slices)
{
	size_t size = hak_class_size(sc);
	size_t end = n_slices * HAK_SLICE_SIZE;
	size_t in = 0;
	unsigned idx = 0;

	CHECK(s != NULL && s->n_blocks == end / size && s->n_blocks > 1 && s->block_size == size);
	for (size_t off = 0; off < end; off++) {
		const char *p = s->span.base + off;

		if (in == size) {
			in = 0;
			idx++;
		}
		CHECK(hak_slab_idx_of(s, p) == idx, "class %u, offset %zu", sc, off);
		CHECK(hak_slab_is_first(hak_slab_place(s->span.base, s->inverse, p), s->inverse) == (in == 0),
		      "class %u, offset %zu", sc, off);
		CHECK(hak_slab_has_block(s, p, idx) == (in == 0 && idx < s->n_blocks),
		      "class %u, offset %zu", sc, off);
		in++;
	}
}

int main(void)
{
	struct hak_heap *h = make_heap();

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		check_all(hak_slab_make_own(h, sc), sc, hak_class_first_slices(sc));
		check_all(hak_slab_make_own(h, sc), sc, hak_class_slices(sc));
		CHECK(h->bin[sc].n_slabs == 2);
	}
	return 0;
}
