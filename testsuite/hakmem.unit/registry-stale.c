/* SPDX-License-Identifier: MIT */
/* An entry in front that some slab has left behind: to a thread without a cache, or inside a miss, it says nothing about
 * the addresses that share it, NULL and the lowest ones among them. */
#include "unit.h"
#include "tiny/cache.h"

int main(void)
{
	const struct hak_cache *none = &hak_cache_none;
	void *p;

	CHECK(hak_cache_mine == none && none->tag != 0);
	for (uintptr_t n = 0; n < HAK_N_CLASSES; n++) {
		const char *low = (const char *)(n << HAK_SLICE_SHIFT);
		struct hak_front *f = hak_registry_front_of(low);

		/* A slab of blocks of 16 bytes lay in a slice whose number ends in the same bits. */
		f->base = (char *)((uintptr_t)1 << (HAK_ADDRESS_BITS - 1) | (uintptr_t)low);
		f->live = (uint8_t *)hide((void *)8); /* nobody must read there */
		f->inverse = hak_registry_inverse(16);
		for (uint64_t word = 0; word <= HAK_FRONT_BUSY; word++) {
			f->word = word;
			CHECK(hak_registry_class_hit(f, low, none->tag) >= HAK_N_CLASSES);
			CHECK(!hak_cache_push_hit(&hak_cache_none, (void *)low));
			CHECK(!hak_cache_push_sized_hit(&hak_cache_none, (void *)low, 1));
		}
		CHECK(!hak_cache_pop_class_hit(&hak_cache_none, n, &p));
	}
	return 0;
}
