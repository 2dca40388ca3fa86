/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* Every alignment from 1 B to 1 GiB (32 bit: 64 MiB), with sizes of every tier: aligned, apart, writable. */
#include "check.h"

#define N_EACH 3
#define SHIFT_MAX (sizeof(void *) > 4 ? 30U : 26U)

static void *get(unsigned how, size_t alignment, size_t size)
{
	void *p = NULL;

	if (how == 0)
		return aligned_alloc(alignment, size);
	if (how == 1)
		return memalign(alignment, size);
	if (alignment < sizeof(void *))
		alignment = sizeof(void *);
	return posix_memalign(&p, alignment, size) ? NULL : p;
}

int main(void)
{
	size_t i, j, alignment;
	unsigned shift;

	for (shift = 0; shift <= SHIFT_MAX; shift++) {
		alignment = (size_t)1 << shift;
		for (i = 0; i < N_OF(tier_sizes); i++) {
			size_t size = tier_sizes[i];
			void *p[N_EACH];

			for (j = 0; j < N_EACH; j++) {
				p[j] = get((unsigned)(i + j) % 3, alignment, size);
				CHECK(p[j], "2^%u, size %zu", shift, size);
				CHECK((uintptr_t)p[j] % alignment == 0, "%p is not 2^%u aligned, size %zu",
				      p[j], shift, size);
				CHECK(malloc_usable_size(p[j]) >= size, "2^%u, size %zu", shift, size);
				fill_thin(p[j], size, j);
			}
			for (j = 0; j < N_EACH; j++)
				CHECK(filled_thin(p[j], size, j) == size, "2^%u, size %zu", shift, size);
			for (j = 0; j < N_EACH; j++)
				free(p[j]);
		}
	}
	return 0;
}
