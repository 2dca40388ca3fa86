/* SPDX-License-Identifier: MIT */
/*
 * Owns: jemalloc's functions with flags. A program that is linked with jemalloc may mix them with malloc's (redis 8 asks
 * malloc_usable_size() about a block of mallocx()), so whoever takes malloc's place takes theirs.
 * An alignment and zeroing are heeded. Arenas and caches by number are not: there are none here. mallctl() is jemalloc's own.
 * None of them sets errno, as there.
 */
#include <errno.h>
#include <string.h>

#include "api/alloc.h"
#include "free/harden.h"
#include "os/page.h"

#if HAK_OVERRIDE

#define LG_ALIGN 63 /* the bits of flags that hold the alignment's logarithm; 0: malloc()'s own */
#define ZERO 64

HAK_EXPORT void *mallocx(size_t size, int flags);
HAK_EXPORT void *rallocx(void *ptr, size_t size, int flags);
HAK_EXPORT size_t xallocx(void *ptr, size_t size, size_t extra, int flags);
HAK_EXPORT size_t sallocx(const void *ptr, int flags);
HAK_EXPORT void dallocx(void *ptr, int flags);
HAK_EXPORT void sdallocx(void *ptr, size_t size, int flags);
HAK_EXPORT size_t nallocx(size_t size, int flags);

static size_t alignment_of(int flags)
{
	unsigned shift = (unsigned)flags & LG_ALIGN;

	if (shift >= sizeof(size_t) * 8)
		return (size_t)1 << (sizeof(size_t) * 8 - 1); /* there is no such block */
	return (size_t)1 << shift > HAK_ALIGNMENT ? (size_t)1 << shift : HAK_ALIGNMENT;
}

/* Where align is more than malloc()'s, or the block shall read as zero from byte n_kept on: all that malloc_usable_size() tells,
 * since a later rallocx() keeps that, and may want zeros only behind it. */
static void *take(bool is_data, size_t size, size_t align, bool is_zero, size_t n_kept, const void *frame)
{
	bool is_clean;
	char *p = is_data ? hak_alloc_data(size, align, &is_clean, frame) : NULL;

	if (p == NULL)
		p = hak_alloc_any(size, align, &is_clean, frame);
	if (p != NULL && is_zero && !is_clean)
		memset(p + n_kept, 0, hak_block_size(hak_registry_find(p), p) - n_kept);
	return p;
}

void *mallocx(size_t size, int flags)
{
	size_t align = alignment_of(flags);

	if (align == HAK_ALIGNMENT && (flags & ZERO) == 0)
		return hak_alloc(size, HAK_FRAME);
	return take(false, size, align, (flags & ZERO) != 0, 0, HAK_FRAME);
}

void *rallocx(void *ptr, size_t size, int flags)
{
	size_t align = alignment_of(flags), n_kept;
	const struct hak_span *span;
	int error = errno;
	void *p;

	if (ptr == NULL)
		return mallocx(size, flags);
	if ((flags & ZERO) == 0 && align == HAK_ALIGNMENT) {
		p = hak_realloc(ptr, size > 0 ? size : 1, HAK_CONTENT_SAME, HAK_CALLER("rallocx"), HAK_FRAME);
		errno = error;
		return p;
	}
	span = hak_block_prove(ptr, HAK_CALLER("rallocx"));
	if (span == NULL)
		return NULL;
	n_kept = hak_block_size(span, ptr) < size ? hak_block_size(span, ptr) : size;
	p = take(hak_is_data(span), size, align, (flags & ZERO) != 0, n_kept, HAK_FRAME);
	if (p != NULL) {
		memmove(p, ptr, n_kept);
		hak_free_miss(ptr, "rallocx", __builtin_return_address(0));
	}
	return p;
}

/* In place there is what the block has already. */
size_t xallocx(void *ptr, size_t size, size_t extra, int flags)
{
	(void)size;
	(void)extra;
	(void)flags;
	return hak_usable_size(ptr, HAK_CALLER("xallocx"));
}

size_t sallocx(const void *ptr, int flags)
{
	(void)flags;
	return hak_usable_size(ptr, HAK_CALLER("sallocx"));
}

void dallocx(void *ptr, int flags)
{
	(void)flags;
	if (HAK_UNLIKELY(!hak_cache_push_hit(hak_cache_mine, ptr)))
		hak_free_miss(ptr, "dallocx", __builtin_return_address(0));
}

void sdallocx(void *ptr, size_t size, int flags)
{
	if (ptr != NULL)
		hak_free_sized_miss(ptr, size, alignment_of(flags), HAK_CALLER("sdallocx"));
}

size_t nallocx(size_t size, int flags)
{
	size_t align = alignment_of(flags);

	if (size > PTRDIFF_MAX || align > HAK_ALIGN_MAX)
		return 0;
	if (hak_is_hardened()) /* there is no more to use than what was asked for */
		return size;
	if (align > HAK_RUN_MAX && size < HAK_SLICE_SIZE) /* a mapping of its own */
		return HAK_SLICE_SIZE;
	if (size > HAK_TINY_MAX || align > HAK_SLICE_SIZE)
		return hak_round_up(size, hak_os_page_size());
	return hak_class_size(hak_class_of(hak_round_up(size > 0 ? size : 1, align)));
}
#endif
