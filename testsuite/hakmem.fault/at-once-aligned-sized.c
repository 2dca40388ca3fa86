/* SPDX-License-Identifier: MIT */
/* hak-plain: expects the verdicts of other processes */
/* hak-link: shared */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* free_aligned_sized() with a size or an alignment that the block cannot have been asked for with: told of in that
 * call. */
#include "at-once.h"
#include "sized.h"

void free_aligned_sized(void *ptr, size_t alignment, size_t size);

static void *aligned(size_t alignment, size_t size)
{
	void *p = hide(aligned_alloc(alignment, size));

	CHECK(p);
	return p;
}

static void *to_16(size_t size)
{
	return aligned(16, size);
}

static void *to_64(size_t size)
{
	return aligned(64, size);
}

/* One whose size is rounded up by far. */
static void *to_4096(size_t size)
{
	return size <= 1024 ? aligned(4096, size) : NULL;
}

static void give(void *p, size_t alignment, size_t size)
{
	WRONG("free_aligned_sized", p, free_aligned_sized(hide(p), hide_n(alignment), hide_n(size)));
}

static void twice(void *p, size_t size) { give(p, 64, size < 64 ? 128 : size * 2); }
static void one_more(void *p, size_t size) { (void)size; give(p, 64, malloc_usable_size(p) + 1); }
static void half(void *p, size_t size) { give(p, 16, size > 32 ? size / 2 : size + 17); }
static void huge(void *p, size_t size) { (void)size; give(p, 64, SIZE_MAX); }
static void to_no_power(void *p, size_t size) { give(p, 48, size); }
static void to_3(void *p, size_t size) { give(p, 3, size); }
static void to_0(void *p, size_t size) { give(p, 0, size); }
static void to_0_small(void *p, size_t size) { (void)size; give(p, 0, 5); }
static void to_2_62(void *p, size_t size) { give(p, SIZE_MAX / 4 + 1, size); }
static void to_2_62_small(void *p, size_t size) { (void)size; give(p, SIZE_MAX / 4 + 1, 5); }
static void unrounded(void *p, size_t size) { give(p, 16, size); }

/* Twice the largest that the address has. */
static void to_more(void *p, size_t size)
{
	give(p, 2 * ((uintptr_t)p & -(uintptr_t)p), size);
}

WRONGS({ "twice the size", to_64, twice, WRONG_SIZE }, { "one class up", to_64, one_more, WRONG_SIZE },
       { "half the size", to_16, half, WRONG_SIZE }, { "SIZE_MAX", to_64, huge, WRONG_SIZE },
       { "aligned to 4096, freed as to 16", to_4096, unrounded, WRONG_SIZE },
       { "alignment 48", to_64, to_no_power, WRONG_ALIGNMENT }, { "alignment 3", to_64, to_3, WRONG_ALIGNMENT },
       { "alignment 0", to_64, to_0, WRONG_ALIGNMENT }, { "alignment 0, size 5", to_64, to_0_small, WRONG_ALIGNMENT },
       { "alignment 2^62", to_64, to_2_62, WRONG_ALIGNMENT },
       { "alignment 2^62, size 5", to_64, to_2_62_small, WRONG_ALIGNMENT },
       { "an alignment that it has not", to_64, to_more, WRONG_ALIGNMENT })
