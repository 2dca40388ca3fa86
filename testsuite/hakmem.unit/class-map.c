/* SPDX-License-Identifier: MIT */
/* Every size from 1 to the largest tiny one: its class is the smallest that fits, and wastes at most an eighth. */
#include "check.h"
#include "tiny/class.h"

int main(void)
{
	unsigned last = 0;

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		size_t size = hak_class_size(sc);
		size_t slab = hak_class_slices(sc) * HAK_SLICE_SIZE;

		CHECK(size % HAK_ALIGNMENT == 0);
		CHECK(sc == 0 || size > hak_class_size(sc - 1));
		CHECK(hak_class_of(size) == sc);
		CHECK(hak_class_slices(sc) <= HAK_SLAB_SLICES_MAX, "class %u", sc);
		if (size > HAK_SHARED_MAX) {
			CHECK(hak_class_is_single(sc) && slab / size == 1 && slab - size < HAK_SLICE_SIZE, "class %u", sc);
			CHECK(hak_class_first_slices(sc) == hak_class_slices(sc) && hak_class_batch(sc) == 1);
			continue;
		}
		CHECK(!hak_class_is_single(sc) && slab % size <= slab / 16, "class %u", sc);
		CHECK(slab / size >= (size <= 1024 ? 64U : size <= 4096 ? 32U : 4U), "class %u", sc);
		CHECK(HAK_N_WORDS(slab / size) <= HAK_SLAB_WORDS_MAX);
		CHECK(hak_class_first_slices(sc) >= 1 && hak_class_first_slices(sc) <= hak_class_slices(sc));
		CHECK(hak_class_first_slices(sc) * HAK_SLICE_SIZE >= 2 * size, "class %u", sc);
		CHECK(hak_class_batch(sc) >= HAK_BATCH_MIN && hak_class_batch(sc) <= HAK_BATCH_MAX);
		CHECK(hak_class_batch(sc) == HAK_BATCH_MIN || hak_class_batch(sc) * size <= HAK_BATCH_BYTES);
	}
	CHECK(hak_class_size(HAK_N_CLASSES - 1) == HAK_TINY_MAX && hak_class_size(0) == HAK_ALIGNMENT);
	for (size_t size = 1; size <= HAK_TINY_MAX; size++) {
		unsigned sc = hak_class_of(size);

		CHECK(sc == last || sc == last + 1, "size %zu", size);
		CHECK(sc < HAK_N_CLASSES && hak_class_size(sc) >= size, "size %zu", size);
		CHECK(sc == 0 || hak_class_size(sc - 1) < size, "size %zu", size);
		if (size <= 128)
			CHECK(hak_class_size(sc) - size < 16, "size %zu", size);
		else
			CHECK((hak_class_size(sc) - size) * 8 < size, "size %zu", size);
		last = sc;
	}
	CHECK(last == HAK_N_CLASSES - 1);
	/* A multiple of any alignment up to a slice exists from every class on. */
	for (size_t align = 16; align <= HAK_SLICE_SIZE; align *= 2)
		CHECK(hak_class_size(HAK_N_CLASSES - 1) % align == 0);
	return 0;
}
