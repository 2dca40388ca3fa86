/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: verdicts have more lines */
/* hak-link: shared */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* free_sized() with a size that the block cannot have been asked for with: told of in that call. */
#include "at-once.h"
#include "sized.h"

void free_sized(void *ptr, size_t size);

static void *block(size_t size)
{
	return block_of(size);
}

static void *not_smallest(size_t size)
{
	return size > 16 ? block_of(size) : NULL;
}

/* Moved as it grew: there is an eighth more room, or it grew in place after all. */
static void *grown(size_t size)
{
	return size > KIB(64) ? hide(realloc(block_of(size / 2), size)) : NULL;
}

static void give(void *p, size_t size)
{
	WRONG("free_sized", p, free_sized(hide(p), hide_n(size)));
}

static void one_more(void *p, size_t size) { (void)size; give(p, malloc_usable_size(p) + 1); }
static void smaller(void *p, size_t size) { (void)size; give(p, size_below(p)); }
static void page_less(void *p, size_t size) { give(p, size - (size_t)sysconf(_SC_PAGESIZE)); }
static void page_more(void *p, size_t size) { give(p, size + (size_t)sysconf(_SC_PAGESIZE)); }
static void half(void *p, size_t size) { give(p, size / 2); }
static void twice(void *p, size_t size) { give(p, size * 2); }
static void zero(void *p, size_t size) { (void)size; give(p, 0); }
static void huge(void *p, size_t size) { (void)size; give(p, SIZE_MAX); }
static void above_all(void *p, size_t size) { (void)size; give(p, (size_t)PTRDIFF_MAX + 1); }

WRONGS({ "one class up", block, one_more, WRONG_SIZE }, { "one class down", not_smallest, smaller, WRONG_SIZE },
       { "grown, an OS page less", grown, page_less, WRONG_SIZE }, { "grown, one more", grown, page_more, WRONG_SIZE },
       { "half", not_smallest, half, WRONG_SIZE }, { "twice", block, twice, WRONG_SIZE },
       { "0", not_smallest, zero, WRONG_SIZE }, { "SIZE_MAX", block, huge, WRONG_SIZE },
       { "PTRDIFF_MAX + 1", block, above_all, WRONG_SIZE })
