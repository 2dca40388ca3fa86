/* SPDX-License-Identifier: MIT */
/*
 * Owns: the malloc family, under its standard names and under ours: one body, two names.
 * All of it in one object: a static link takes the whole family from here or none of it.
 */
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "api/alloc.h"
#include "base/atomic.h"
#include "conf/options.h"
#include "conf/report.h"
#include "free/harden.h"
#include "hakmem.h"
#include "large/large.h"
#include "large/sentry.h"
#include "mid/run.h"
#include "os/page.h"
#include "region/limit.h"
#include "thread/decay.h"
#include "thread/thread.h"
#include "watch/sample.h"
#include "watch/stats.h"

/* musl has none of these; whoever calls them there declares them as glibc does. */
#ifndef HAVE_STRUCT_MALLINFO
struct mallinfo {
	int arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};
#endif
#ifndef HAVE_STRUCT_MALLINFO2
struct mallinfo2 {
	size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};
#endif

enum { MXFAST = 1, TRIM_THRESHOLD = -1, ARENA_MAX = -8 }; /* mallopt()'s first and last parameters */

static void *HAK_COLD no_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

static void *HAK_NOINLINE malloc_slowly(size_t size)
{
	void *p = hak_alloc_miss(size, HAK_FRAME);

	return HAK_LIKELY(p != NULL) ? p : no_memory();
}

/* Needs no stack frame, which makes the case that is only counted cheap. */
static void *HAK_NOINLINE malloc_missed(size_t size, size_t sc)
{
	void *p;

	return hak_sampler_pop_size_hit(size, sc, &p) ? p : malloc_slowly(size);
}

/* Not small: the hit path of the larger classes, whose number takes some arithmetic. */
static void *HAK_NOINLINE malloc_larger(size_t size)
{
	size_t sc;
	void *p;

	return HAK_LIKELY(hak_alloc_larger_hit(size, &p, &sc)) ? p : malloc_missed(size, sc);
}

HAK_EXPORT void *hakmem_malloc(size_t size)
{
	void *p;

	if (HAK_LIKELY(size <= HAK_SMALL_MAX))
		return HAK_LIKELY(hak_cache_pop_hit(hak_cache_mine, size, &p)) ? p :
			malloc_missed(size, hak_cache_mine->class_of[size]);
	return malloc_larger(size);
}

static void *take(size_t size, const void *frame)
{
	void *p = hak_alloc(size, frame);

	return HAK_LIKELY(p != NULL) ? p : no_memory();
}

HAK_EXPORT void hakmem_free(void *ptr)
{
	if (HAK_UNLIKELY(!hak_cache_push_hit(hak_cache_mine, ptr)))
		hak_free_miss(ptr, "free", __builtin_return_address(0));
}

HAK_EXPORT void hakmem_cfree(void *ptr)
{
	if (HAK_UNLIKELY(!hak_cache_push_hit(hak_cache_mine, ptr)))
		hak_free_miss(ptr, "free", __builtin_return_address(0));
}

static void give(void *p, const struct hak_caller *caller)
{
	if (HAK_UNLIKELY(!hak_cache_push_hit(hak_cache_mine, p)))
		hak_free_miss(p, caller->name, caller->site);
}

static void *HAK_NOINLINE zeroed(size_t size)
{
	bool is_clean;
	void *p = hak_alloc_any(size, HAK_ALIGNMENT, &is_clean, HAK_FRAME);

	if (p == NULL)
		return no_memory();
	if (is_clean)
		return p;
	if (hak_is_hardened())
		return memset(p, 0, size);
	/* All that malloc_usable_size() tells, as other libraries do. */
	if (size <= HAK_TINY_MAX)
		size = hak_class_size(hak_class_of(size > 0 ? size : 1));
	if (size <= HAK_SHARED_MAX)
		return memset(p, 0, size);
	hak_os_zero(p, hak_round_up(size, hak_os_page_size()));
	return p;
}

HAK_EXPORT void *hakmem_calloc(size_t count, size_t size)
{
	size_t total;

	return __builtin_mul_overflow(count, size, &total) ? no_memory() : zeroed(total);
}

static void *move(void *from, size_t old_size, size_t size, bool grows, bool is_data, const struct hak_caller *caller,
	const void *frame)
{
	bool is_clean;
	void *to = HAK_UNLIKELY(is_data) ? hak_alloc_data(size, HAK_ALIGNMENT, &is_clean, frame) : NULL;

	if (HAK_LIKELY(to == NULL))
		to = grows ? hak_alloc_growing(size, frame) : hak_alloc(size, frame);
	if (to == NULL)
		return no_memory();
	memmove(to, from, old_size < size ? old_size : size);
	give(from, caller);
	return to;
}

static void *resize_larger(struct hak_span *span, void *p, size_t size, const void *frame)
{
	uint32_t site = HAK_UNLIKELY(span->is_sampled) ? hak_sample_lift(span, p) : 0;
	struct hak_cache *c = hak_thread_enter();
	void *to = NULL;

	if (HAK_UNLIKELY(hak_thread_is_nested()))
		; /* its own thread may hold the lock */
	else if (span->kind == HAK_KIND_LARGE)
		to = size > HAK_RUN_MAX / 2 ? hak_large_resize(span, p, size) : NULL;
	else if (size > HAK_SHARED_MAX / 2 && size <= HAK_RUN_MAX && hak_run_resize(span, p, size))
		to = p;
	hak_thread_leave(c);
	if (HAK_UNLIKELY(site != 0) && to == NULL)
		hak_sample_put_back(span, p, site);
	return hak_sample_taken(to, frame);
}

static void *resize_hardened(struct hak_span *span, void *p, size_t size, const struct hak_caller *caller, const void *frame)
{
	bool is_large = span->kind == HAK_KIND_LARGE;
	uint32_t site = HAK_UNLIKELY(is_large && span->is_sampled) ? hak_sample_lift(span, p) : 0;
	void *to = hak_harden_resize(span, p, size, caller);

	if (HAK_UNLIKELY(site != 0) && to == NULL)
		hak_sample_put_back(span, p, site);
	return is_large ? hak_sample_taken(to, frame) : to;
}

/* The block that was in span, changed to size without copying; NULL: it has to move. */
static void *resize_in_place(struct hak_span *span, void *p, size_t size, const struct hak_caller *caller, const void *frame)
{
	if (hak_is_hardened())
		return resize_hardened(span, p, size, caller, frame);
	if (hak_sentry_is(span))
		return size == span->size ? p : NULL;
	if (HAK_UNLIKELY(span->kind != HAK_KIND_SLAB))
		return resize_larger(span, p, size, frame);
	if (size > span->size || (size <= span->size / 2 && span->size > HAK_ALIGNMENT))
		return NULL;
	return hak_block_note_size(span, p, size) ? p : NULL;
}

void *hak_realloc(void *p, size_t size, enum hak_content content, const struct hak_caller *caller, const void *frame)
{
	struct hak_span *span;
	size_t old_size;
	bool is_data, grows;
	void *to;

	if (p == NULL)
		return take(size, frame);
	if (size == 0) {
		give(p, caller);
		return NULL;
	}
	if (size > PTRDIFF_MAX)
		return no_memory();
	span = hak_block_prove(p, caller);
	if (span == NULL)
		return no_memory();
	to = resize_in_place(span, p, size, caller, frame);
	if (to != NULL)
		return to;
	/* If it need not have moved, another thread may have been first to free it. */
	if ((span->kind != HAK_KIND_SLAB || size <= span->size) && hak_block_prove(p, caller) != span)
		return no_memory();
	is_data = content == HAK_CONTENT_DATA || (content == HAK_CONTENT_SAME && hak_is_data(span));
	old_size = hak_block_size(span, p);
	grows = size > old_size && size > HAK_SHARED_MAX && !hak_is_hardened();
	to = move(p, old_size, size, grows, is_data, caller, frame);
	/* What was free has gone back meanwhile: under a limit there may be room in place, if not for two blocks. */
	if (to == NULL)
		to = resize_in_place(span, p, size, caller, frame);
	if (to == NULL && grows)
		hak_limit_count_refusal();
	return to;
}

HAK_EXPORT void *hakmem_realloc(void *ptr, size_t size)
{
	return hak_realloc(ptr, size, HAK_CONTENT_SAME, HAK_CALLER("realloc"), HAK_FRAME);
}

HAK_EXPORT void *hakmem_reallocarray(void *ptr, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return no_memory();
	return hak_realloc(ptr, total, HAK_CONTENT_SAME, HAK_CALLER("reallocarray"), HAK_FRAME);
}

/* alignment is a power of two. Keeps errno. */
static void *take_aligned(size_t alignment, size_t size, const void *frame)
{
	bool is_clean;

	if (HAK_UNLIKELY(size > PTRDIFF_MAX || alignment > PTRDIFF_MAX - size))
		return NULL;
	return hak_alloc_any(size, alignment, &is_clean, frame);
}

static void *aligned(size_t alignment, size_t size, const void *frame)
{
	void *p = take_aligned(alignment, size, frame);

	return HAK_LIKELY(p != NULL) ? p : no_memory();
}

HAK_EXPORT void *hakmem_aligned_alloc(size_t alignment, size_t size)
{
	if (!hak_is_pow2(alignment)) {
		errno = EINVAL;
		return NULL;
	}
	return aligned(alignment, size, HAK_FRAME);
}

HAK_EXPORT void *hakmem_memalign(size_t alignment, size_t size)
{
	size_t rounded = HAK_ALIGNMENT;

	if (alignment > SIZE_MAX / 2 + 1) {
		errno = EINVAL;
		return NULL;
	}
	while (rounded < alignment)
		rounded *= 2;
	return aligned(rounded, size, HAK_FRAME);
}

HAK_EXPORT int hakmem_posix_memalign(void **ptr, size_t alignment, size_t size)
{
	void *p;

	if (!hak_is_pow2(alignment) || alignment % sizeof(void *) != 0)
		return EINVAL;
	p = aligned(alignment, size, HAK_FRAME); /* sets errno, too, as the C library's */
	if (p == NULL)
		return ENOMEM;
	*ptr = p;
	return 0;
}

HAK_EXPORT void *hakmem_valloc(size_t size)
{
	return aligned(hak_os_page_size(), size, HAK_FRAME);
}

HAK_EXPORT void *hakmem_pvalloc(size_t size)
{
	size_t page = hak_os_page_size();

	if (size > PTRDIFF_MAX)
		return no_memory();
	return aligned(page, size > 0 ? hak_round_up(size, page) : page, HAK_FRAME);
}

size_t hak_usable_size(const void *p, const struct hak_caller *caller)
{
	const struct hak_span *span = p != NULL ? hak_block_prove(p, caller) : NULL;

	return span != NULL ? hak_block_size(span, p) : 0;
}

HAK_EXPORT size_t hakmem_malloc_usable_size(void *ptr)
{
	return hak_usable_size(ptr, HAK_CALLER("malloc_usable_size"));
}

HAK_EXPORT size_t hakmem_malloc_object_size(const void *ptr)
{
	return ptr != NULL ? hak_block_room(ptr) : 0;
}

HAK_EXPORT size_t hakmem_malloc_object_size_fast(const void *ptr)
{
	const struct hak_span *span = hak_registry_find(ptr);

	if (ptr == NULL)
		return 0;
	if (span == NULL || span->kind != HAK_KIND_SLAB || span->size > HAK_SHARED_MAX)
		return SIZE_MAX;
	return span->size - (size_t)((const char *)ptr - span->base) % span->size;
}

HAK_EXPORT size_t hakmem_memalignment(const void *ptr)
{
	return (uintptr_t)ptr & -(uintptr_t)ptr;
}

static void HAK_NOINLINE free_sized_miss(void *p, size_t size, const void *site)
{
	if (p != NULL)
		hak_free_sized_miss(p, size, 1, &(const struct hak_caller){ "free_sized", site });
}

HAK_EXPORT void hakmem_free_sized(void *ptr, size_t size)
{
	if (HAK_UNLIKELY(size > HAK_SMALL_MAX || !hak_cache_push_sized_hit(hak_cache_mine, ptr, size)))
		free_sized_miss(ptr, size, __builtin_return_address(0));
}

HAK_EXPORT void hakmem_free_aligned_sized(void *ptr, size_t alignment, size_t size)
{
	if (ptr != NULL)
		hak_free_sized_miss(ptr, size, alignment, HAK_CALLER("free_aligned_sized"));
}

/* glibc's additions. */

/* What glibc calls ordblks: blocks that were live and are free. Here: by how many fewer blocks are live than at an
 * earlier call; and one for memory that no block was cut from yet. */
static size_t count_freed(uint64_t n_live)
{
	static uint64_t n_most; /* any */
	uint64_t seen = hak_load_relaxed(&n_most);

	if (n_live > seen) {
		hak_store_relaxed(&n_most, n_live);
		seen = n_live;
	}
	return (size_t)(seen - n_live) + 1;
}

static struct mallinfo2 HAK_COLD info_now(void)
{
	struct mallinfo2 info;
	struct hakmem_stats stats;
	struct hakmem_class_stats classes[HAK_N_CLASSES];
	uint64_t n_live;

	hak_stats_count(&stats);
	n_live = stats.n_large;
	memset(&info, 0, sizeof info);
	info.arena = (size_t)(stats.mapped - stats.large);
	info.hblks = (size_t)stats.n_large;
	info.hblkhd = (size_t)stats.large;
	info.uordblks = (size_t)(stats.allocated - stats.large);
	info.fordblks = info.arena - info.uordblks;
	info.keepcost = (size_t)stats.dirty;
	hak_stats_get_classes(classes);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		n_live += classes[sc].n_live;
	info.ordblks = count_freed(n_live);
	return info;
}

HAK_EXPORT struct mallinfo2 hakmem_mallinfo2(void)
{
	return info_now();
}

static int clamp(size_t n)
{
	return n < INT_MAX ? (int)n : INT_MAX;
}

HAK_EXPORT HAK_COLD struct mallinfo hakmem_mallinfo(void)
{
	struct mallinfo2 info = info_now();

	return (struct mallinfo){
		.arena = clamp(info.arena), .ordblks = clamp(info.ordblks), .smblks = clamp(info.smblks),
		.hblks = clamp(info.hblks), .hblkhd = clamp(info.hblkhd), .usmblks = clamp(info.usmblks),
		.fsmblks = clamp(info.fsmblks), .uordblks = clamp(info.uordblks), .fordblks = clamp(info.fordblks),
		.keepcost = clamp(info.keepcost),
	};
}

static void write_to_stream(const char *bytes, size_t n, void *stream)
{
	fwrite(bytes, 1, n, stream); /* the stream keeps its own error mark */
}

HAK_EXPORT int hakmem_malloc_info(int options, FILE *stream)
{
	struct hak_text t;
	int error;

	if (options != 0) {
		errno = EINVAL;
		return -1;
	}
	hak_text_open_sink(&t, write_to_stream, stream);
	error = hak_stats_print(&t, HAKMEM_XML);
	if (error != 0)
		errno = error;
	return error == 0 ? 0 : -1;
}

HAK_EXPORT int hakmem_malloc_trim(size_t pad)
{
	struct hak_cache *c = hak_thread_enter();
	size_t n_bytes;

	(void)pad;
	n_bytes = hak_decay_trim(c, 0);
	hak_thread_leave(c);
	return n_bytes > 0;
}

HAK_EXPORT int hakmem_mallopt(int param, int value)
{
	(void)value;
	return param == MXFAST || (param <= TRIM_THRESHOLD && param >= ARENA_MAX);
}

HAK_EXPORT void hakmem_malloc_stats(void)
{
	hak_stats_send(2, HAKMEM_TEXT, false);
}

#if HAK_OVERRIDE
#define SAME_AS(name) HAK_EXPORT __attribute__((alias(#name), copy(name)))
#if defined(__clang__)
#undef SAME_AS
#define SAME_AS(name) HAK_EXPORT __attribute__((alias(#name)))
#endif

SAME_AS(hakmem_malloc) void *malloc(size_t size);
SAME_AS(hakmem_free) void free(void *ptr);
SAME_AS(hakmem_cfree) void cfree(void *ptr);
SAME_AS(hakmem_calloc) void *calloc(size_t count, size_t size);
SAME_AS(hakmem_realloc) void *realloc(void *ptr, size_t size);
SAME_AS(hakmem_reallocarray) void *reallocarray(void *ptr, size_t count, size_t size);
SAME_AS(hakmem_aligned_alloc) void *aligned_alloc(size_t alignment, size_t size);
SAME_AS(hakmem_posix_memalign) int posix_memalign(void **ptr, size_t alignment, size_t size);
SAME_AS(hakmem_memalign) void *memalign(size_t alignment, size_t size);
SAME_AS(hakmem_valloc) void *valloc(size_t size);
SAME_AS(hakmem_pvalloc) void *pvalloc(size_t size);
SAME_AS(hakmem_malloc_usable_size) size_t malloc_usable_size(void *ptr);
SAME_AS(hakmem_memalignment) size_t memalignment(const void *ptr);
SAME_AS(hakmem_malloc_object_size) size_t malloc_object_size(const void *ptr);
SAME_AS(hakmem_malloc_object_size_fast) size_t malloc_object_size_fast(const void *ptr);
SAME_AS(hakmem_free_sized) void free_sized(void *ptr, size_t size);
SAME_AS(hakmem_free_aligned_sized) void free_aligned_sized(void *ptr, size_t alignment, size_t size);
SAME_AS(hakmem_mallinfo) struct mallinfo mallinfo(void);
SAME_AS(hakmem_mallinfo2) struct mallinfo2 mallinfo2(void);
SAME_AS(hakmem_malloc_info) int malloc_info(int options, FILE *stream);
SAME_AS(hakmem_malloc_trim) int malloc_trim(size_t pad);
SAME_AS(hakmem_mallopt) int mallopt(int param, int value);
SAME_AS(hakmem_malloc_stats) void malloc_stats(void);

/* What LLVM's -fsanitize=alloc-token calls instead: the same with an id that says of what type the block will be. A block of a
 * type without pointers shares no slab with others, so what overflows it, or still uses it after its free, meets no pointers
 * there. Others, and those of unknown types, are malloc's, as fast and in its slabs. Those for new are in cxx.c. */
static void *HAK_COLD take_data(size_t alignment, size_t size)
{
	bool is_clean;
	void *p = hak_alloc_data(size, alignment, &is_clean, HAK_FRAME);

	return p != NULL ? p : hakmem_memalign(alignment, size);
}

/* Cold: short rather than fast, since there are many, and hardly anything in each. */
#define DEFINE(signature) HAK_EXPORT HAK_COLD signature; HAK_EXPORT signature

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
DEFINE(void *__alloc_token_malloc(size_t size, size_t id))
{
	return hak_token_is_data(id) ? take_data(HAK_ALIGNMENT, size) : hakmem_malloc(size);
}

DEFINE(void *__alloc_token_calloc(size_t count, size_t size, size_t id))
{
	size_t total;
	void *p;

	if (!hak_token_is_data(id) || __builtin_mul_overflow(count, size, &total) || total > HAK_SHARED_MAX)
		return hakmem_calloc(count, size);
	p = take_data(HAK_ALIGNMENT, total);
	return p != NULL ? memset(p, 0, hak_block_size(hak_registry_find(p), p)) : NULL;
}

DEFINE(void *__alloc_token_realloc(void *ptr, size_t size, size_t id))
{
	if (ptr == NULL)
		return __alloc_token_malloc(size, id);
	return hak_realloc(ptr, size, hak_token_is_data(id) ? HAK_CONTENT_DATA : HAK_CONTENT_ANY, HAK_CALLER("realloc"), HAK_FRAME);
}

DEFINE(void *__alloc_token_reallocarray(void *ptr, size_t count, size_t size, size_t id))
{
	size_t total;

	return __builtin_mul_overflow(count, size, &total) ? no_memory() : __alloc_token_realloc(ptr, total, id);
}

DEFINE(void *__alloc_token_aligned_alloc(size_t alignment, size_t size, size_t id))
{
	return hak_token_is_data(id) && hak_is_pow2(alignment) ? take_data(alignment, size) : hakmem_aligned_alloc(alignment, size);
}

DEFINE(void *__alloc_token_memalign(size_t alignment, size_t size, size_t id))
{
	return hak_token_is_data(id) ? take_data(alignment, size) : hakmem_memalign(alignment, size);
}

DEFINE(int __alloc_token_posix_memalign(void **ptr, size_t alignment, size_t size, size_t id))
{
	void *p;

	if (!hak_token_is_data(id) || !hak_is_pow2(alignment) || alignment % sizeof(void *) != 0)
		return hakmem_posix_memalign(ptr, alignment, size);
	p = take_data(alignment, size);
	if (p == NULL)
		return ENOMEM;
	*ptr = p;
	return 0;
}

DEFINE(void *__alloc_token_valloc(size_t size, size_t id))
{
	return hak_token_is_data(id) ? take_data(hak_os_page_size(), size) : hakmem_valloc(size);
}

DEFINE(void *__alloc_token_pvalloc(size_t size, size_t id))
{
	size_t page = hak_os_page_size();

	return hak_token_is_data(id) && size <= HAK_SHARED_MAX ? take_data(page, hak_round_up(size > 0 ? size : 1, page)) :
		hakmem_pvalloc(size);
}

/* With -fsanitize-alloc-token-fast-abi, the id is in the name: for a maximum of 2. */
DEFINE(void *__alloc_token_0_malloc(size_t size)) { return take_data(HAK_ALIGNMENT, size); }
DEFINE(void *__alloc_token_0_calloc(size_t count, size_t size)) { return __alloc_token_calloc(count, size, 0); }
DEFINE(void *__alloc_token_0_realloc(void *ptr, size_t size)) { return __alloc_token_realloc(ptr, size, 0); }
DEFINE(void *__alloc_token_0_reallocarray(void *p, size_t n, size_t size)) { return __alloc_token_reallocarray(p, n, size, 0); }
DEFINE(void *__alloc_token_0_aligned_alloc(size_t alignment, size_t size)) { return __alloc_token_aligned_alloc(alignment, size, 0); }
DEFINE(void *__alloc_token_0_memalign(size_t alignment, size_t size)) { return take_data(alignment, size); }
DEFINE(int __alloc_token_0_posix_memalign(void **ptr, size_t alignment, size_t size))
{
	return __alloc_token_posix_memalign(ptr, alignment, size, 0);
}
DEFINE(void *__alloc_token_0_valloc(size_t size)) { return __alloc_token_valloc(size, 0); }
DEFINE(void *__alloc_token_0_pvalloc(size_t size)) { return __alloc_token_pvalloc(size, 0); }

/* A realloc() without a token would keep the kind of data. */
DEFINE(void *__alloc_token_1_realloc(void *ptr, size_t size)) { return __alloc_token_realloc(ptr, size, 1); }
DEFINE(void *__alloc_token_1_reallocarray(void *p, size_t n, size_t size)) { return __alloc_token_reallocarray(p, n, size, 1); }
SAME_AS(hakmem_malloc) void *__alloc_token_1_malloc(size_t size);
SAME_AS(hakmem_calloc) void *__alloc_token_1_calloc(size_t count, size_t size);
SAME_AS(hakmem_aligned_alloc) void *__alloc_token_1_aligned_alloc(size_t alignment, size_t size);
SAME_AS(hakmem_memalign) void *__alloc_token_1_memalign(size_t alignment, size_t size);
SAME_AS(hakmem_posix_memalign) int __alloc_token_1_posix_memalign(void **ptr, size_t alignment, size_t size);
SAME_AS(hakmem_valloc) void *__alloc_token_1_valloc(size_t size);
SAME_AS(hakmem_pvalloc) void *__alloc_token_1_pvalloc(size_t size);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#endif
