/* SPDX-License-Identifier: MIT */
/*
 * Owns: all C++ operators new and delete, in C, under their mangled names, so that no C++ library is needed.
 * A1 If the program has a C++ library, its new_handler is called and its bad_alloc is thrown. This file is compiled
 *    with -fexceptions: both unwind through it.
 */
#include <dlfcn.h>
#include <stdlib.h>

#include "api/alloc.h"
#include "base/check.h"
#include "free/harden.h"

/* Weak: a static program need not have it. */
#pragma weak dlsym

typedef void (*new_handler)(void);

/* std::get_new_handler() and std::__throw_bad_alloc(), the same names in libstdc++ and libc++. */
extern new_handler _ZSt15get_new_handlerv(void) HAK_WEAK;
extern void _ZSt17__throw_bad_allocv(void) HAK_WEAK __attribute__((noreturn));

static new_handler current_handler(void)
{
	return _ZSt15get_new_handlerv != NULL ? _ZSt15get_new_handlerv() : NULL;
}

/* Marks a block as new's or new[]'s, in a hardened process. */
static void *marked(void *p, uint8_t kind)
{
	if (hak_is_hardened() && p != NULL)
		hak_harden_set_kind(p, kind);
	return p;
}

static void *try_once(size_t size, size_t alignment, uint8_t kind, const void *frame)
{
	bool is_clean;

	if (size > PTRDIFF_MAX || !hak_is_pow2(alignment))
		return NULL;
	return marked(hak_alloc_any(size, alignment, &is_clean, frame), kind);
}

/* The C++ library's own nothrow operator, behind ours: it calls our throwing one, and catches what that throws or what
 * the handler throws, as nothing in C can. */
static void *HAK_COLD try_quietly(const char *name, size_t size, size_t alignment)
{
	void *next = current_handler() != NULL && dlsym != NULL ? dlsym(RTLD_NEXT, name) : NULL;

	if (next == NULL)
		return NULL;
	if (alignment <= HAK_ALIGNMENT)
		return ((void *(*)(size_t, const void *))next)(size, "");
	return ((void *(*)(size_t, size_t, const void *))next)(size, alignment, "");
}

static void *HAK_COLD try_on(size_t size, size_t alignment, uint8_t kind)
{
	for (;;) {
		new_handler handler = current_handler();
		void *p;

		if (handler == NULL)
			break;
		handler(); /* may free memory, throw, or not return */
		p = try_once(size, alignment, kind, HAK_FRAME);
		if (p != NULL)
			return p;
	}
	if (_ZSt17__throw_bad_allocv != NULL)
		_ZSt17__throw_bad_allocv();
	hak_check_fail("operator new: out of memory, and no C++ library to throw bad_alloc", NULL, 0);
}

static void *HAK_NOINLINE take_slowly(size_t size, uint8_t kind)
{
	void *p = marked(hak_alloc_miss(size, HAK_FRAME), kind);

	return HAK_LIKELY(p != NULL) ? p : try_on(size, HAK_ALIGNMENT, kind);
}

static void *HAK_NOINLINE take_missed(size_t size, size_t sc)
{
	void *p;

	return hak_sampler_pop_size_hit(size, sc, &p) ? p : take_slowly(size, HAK_LIVE_NEW);
}

static void *HAK_NOINLINE take_array_missed(size_t size, size_t sc)
{
	void *p;

	return hak_sampler_pop_size_hit(size, sc, &p) ? p : take_slowly(size, HAK_LIVE_NEW_ARRAY);
}

HAK_INLINE void *take_aligned(size_t size, size_t alignment, uint8_t kind)
{
	void *p = try_once(size, alignment, kind, HAK_FRAME);

	return HAK_LIKELY(p != NULL) ? p : try_on(size, alignment, kind);
}

/* Where the program called from. Read where it is needed: earlier it would be an instruction of each hit. */
#define SITE __builtin_return_address(0)

HAK_INLINE void give(void *p, const char *name)
{
	if (HAK_UNLIKELY(!hak_cache_push_hit(hak_cache_mine, p)))
		hak_free_miss(p, name, SITE);
}

static void HAK_NOINLINE give_sized_miss(void *p, size_t size, const char *name, const void *site)
{
	if (p != NULL)
		hak_free_sized_miss(p, size, 1, &(const struct hak_caller){ name, site });
}

HAK_INLINE void give_sized(void *p, size_t size, const char *name)
{
	if (HAK_UNLIKELY(size > HAK_SMALL_MAX || !hak_cache_push_sized_hit(hak_cache_mine, p, size)))
		give_sized_miss(p, size, name, SITE);
}

static void HAK_NOINLINE give_aligned(void *p, size_t alignment, const char *name, const void *site)
{
	if (p != NULL)
		hak_free_aligned_miss(p, alignment, &(const struct hak_caller){ name, site });
}

static void give_aligned_sized(void *p, size_t size, size_t alignment, const char *name, const void *site)
{
	if (p != NULL)
		hak_free_sized_miss(p, size, alignment, &(const struct hak_caller){ name, site });
}

/* size_t is mangled j on 32-bit ABIs, m on 64-bit ones. */
#if __SIZEOF_SIZE_T__ == 8
#define NEW(suffix) _Znwm##suffix
#define NEW_ARRAY(suffix) _Znam##suffix
#define DELETE_SIZED(suffix) _ZdlPvm##suffix
#define DELETE_ARRAY_SIZED(suffix) _ZdaPvm##suffix
#else
#define NEW(suffix) _Znwj##suffix
#define NEW_ARRAY(suffix) _Znaj##suffix
#define DELETE_SIZED(suffix) _ZdlPvj##suffix
#define DELETE_ARRAY_SIZED(suffix) _ZdaPvj##suffix
#endif

/* DEFINE(result name(parameters), body): declares and defines. */
#define DEFINE(signature) HAK_EXPORT signature; HAK_EXPORT signature
#define DEFINE_HIT(signature) HAK_EXPORT signature; HAK_EXPORT signature

#define NAME_OF(x) #x
#define NAME(x) NAME_OF(x)

HAK_INLINE void *take(size_t size)
{
	size_t sc;
	void *p;

	return HAK_LIKELY(hak_alloc_hit(size, &p, &sc)) ? p : take_missed(size, sc);
}

DEFINE_HIT(void *NEW()(size_t size)) { return take(size); }

DEFINE_HIT(void *NEW_ARRAY()(size_t size))
{
	size_t sc;
	void *p;

	return HAK_LIKELY(hak_alloc_hit(size, &p, &sc)) ? p : take_array_missed(size, sc);
}

DEFINE(void *NEW(St11align_val_t)(size_t size, size_t alignment)) { return take_aligned(size, alignment, HAK_LIVE_NEW); }

DEFINE(void *NEW_ARRAY(St11align_val_t)(size_t size, size_t alignment))
{
	return take_aligned(size, alignment, HAK_LIVE_NEW_ARRAY);
}

static void *HAK_NOINLINE take_quietly(size_t size, size_t sc)
{
	void *p;

	if (hak_sampler_pop_size_hit(size, sc, &p))
		return p;
	p = marked(hak_alloc_miss(size, HAK_FRAME), HAK_LIVE_NEW);
	return HAK_LIKELY(p != NULL) ? p : try_quietly(NAME(NEW(RKSt9nothrow_t)), size, HAK_ALIGNMENT);
}

DEFINE_HIT(void *NEW(RKSt9nothrow_t)(size_t size, const void *tag))
{
	size_t sc;
	void *p;

	(void)tag;
	return HAK_LIKELY(hak_alloc_hit(size, &p, &sc)) ? p : take_quietly(size, sc);
}

static void *HAK_NOINLINE take_array_quietly(size_t size, size_t sc)
{
	void *p;

	if (hak_sampler_pop_size_hit(size, sc, &p))
		return p;
	p = marked(hak_alloc_miss(size, HAK_FRAME), HAK_LIVE_NEW_ARRAY);
	return HAK_LIKELY(p != NULL) ? p : try_quietly(NAME(NEW_ARRAY(RKSt9nothrow_t)), size, HAK_ALIGNMENT);
}

DEFINE_HIT(void *NEW_ARRAY(RKSt9nothrow_t)(size_t size, const void *tag))
{
	size_t sc;
	void *p;

	(void)tag;
	return HAK_LIKELY(hak_alloc_hit(size, &p, &sc)) ? p : take_array_quietly(size, sc);
}

DEFINE(void *NEW(St11align_val_tRKSt9nothrow_t)(size_t size, size_t alignment, const void *tag))
{
	void *p = try_once(size, alignment, HAK_LIVE_NEW, HAK_FRAME);

	(void)tag;
	return HAK_LIKELY(p != NULL) ? p : try_quietly(NAME(NEW(St11align_val_tRKSt9nothrow_t)), size, alignment);
}

DEFINE(void *NEW_ARRAY(St11align_val_tRKSt9nothrow_t)(size_t size, size_t alignment, const void *tag))
{
	void *p = try_once(size, alignment, HAK_LIVE_NEW_ARRAY, HAK_FRAME);

	(void)tag;
	return HAK_LIKELY(p != NULL) ? p : try_quietly(NAME(NEW_ARRAY(St11align_val_tRKSt9nothrow_t)), size, alignment);
}

#define ONE hak_name_delete
#define ARRAY hak_name_delete_array

DEFINE(void _ZdlPv(void *p)) { give(p, ONE); }
DEFINE(void _ZdaPv(void *p)) { give(p, ARRAY); }
DEFINE(void _ZdlPvRKSt9nothrow_t(void *p, const void *tag)) { (void)tag; give(p, ONE); }
DEFINE(void _ZdaPvRKSt9nothrow_t(void *p, const void *tag)) { (void)tag; give(p, ARRAY); }
DEFINE(void DELETE_SIZED()(void *p, size_t size)) { give_sized(p, size, ONE); }
DEFINE(void DELETE_ARRAY_SIZED()(void *p, size_t size)) { give_sized(p, size, ARRAY); }
DEFINE(void _ZdlPvSt11align_val_t(void *p, size_t alignment)) { give_aligned(p, alignment, ONE, SITE); }
DEFINE(void _ZdaPvSt11align_val_t(void *p, size_t alignment)) { give_aligned(p, alignment, ARRAY, SITE); }

DEFINE(void _ZdlPvSt11align_val_tRKSt9nothrow_t(void *p, size_t alignment, const void *tag))
{
	(void)tag;
	give_aligned(p, alignment, ONE, SITE);
}

DEFINE(void _ZdaPvSt11align_val_tRKSt9nothrow_t(void *p, size_t alignment, const void *tag))
{
	(void)tag;
	give_aligned(p, alignment, ARRAY, SITE);
}

DEFINE(void DELETE_SIZED(St11align_val_t)(void *p, size_t size, size_t alignment))
{
	give_aligned_sized(p, size, alignment, ONE, SITE);
}

DEFINE(void DELETE_ARRAY_SIZED(St11align_val_t)(void *p, size_t size, size_t alignment))
{
	give_aligned_sized(p, size, alignment, ARRAY, SITE);
}

/* tcmalloc's names, which C++ libraries look for: a block, and how many bytes of it may be used. Each of these sizes, too,
 * is one that the block may be deleted with. */
struct sized_block {
	void *p;
	size_t n;
};

static struct sized_block measure(void *p)
{
	return (struct sized_block){ p, hak_block_size(hak_registry_find(p), p) };
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
DEFINE(struct sized_block __size_returning_new(size_t size)) { return measure(take(size)); }
DEFINE(struct sized_block __size_returning_new_aligned(size_t size, size_t alignment))
{
	return measure(take_aligned(size, alignment, HAK_LIVE_NEW));
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* For LLVM's -fsanitize=alloc-token (api/std.c). */
static void *HAK_COLD take_data(size_t size, size_t alignment, uint8_t kind, bool is_quiet)
{
	bool is_clean;
	void *p = marked(hak_alloc_data(size, alignment, &is_clean, HAK_FRAME), kind);

	if (HAK_LIKELY(p != NULL))
		return p;
	if (kind == HAK_LIVE_NEW)
		return is_quiet ? NEW(St11align_val_tRKSt9nothrow_t)(size, alignment, "") : NEW(St11align_val_t)(size, alignment);
	return is_quiet ? NEW_ARRAY(St11align_val_tRKSt9nothrow_t)(size, alignment, "") :
		NEW_ARRAY(St11align_val_t)(size, alignment);
}

#define TOKEN_OF(name) __alloc_token_##name
#define TOKEN(name) TOKEN_OF(name)

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define DEFINE_TOKENS(OPERATOR, kind) \
	DEFINE(HAK_COLD void *TOKEN(OPERATOR())(size_t size, size_t id)) \
	{ \
		return hak_token_is_data(id) ? take_data(size, HAK_ALIGNMENT, kind, false) : OPERATOR()(size); \
	} \
	DEFINE(HAK_COLD void *TOKEN(OPERATOR(RKSt9nothrow_t))(size_t size, const void *tag, size_t id)) \
	{ \
		return hak_token_is_data(id) ? take_data(size, HAK_ALIGNMENT, kind, true) : OPERATOR(RKSt9nothrow_t)(size, tag); \
	} \
	DEFINE(HAK_COLD void *TOKEN(OPERATOR(St11align_val_t))(size_t size, size_t alignment, size_t id)) \
	{ \
		return hak_token_is_data(id) ? take_data(size, alignment, kind, false) : OPERATOR(St11align_val_t)(size, alignment); \
	} \
	DEFINE(HAK_COLD void *TOKEN(OPERATOR(St11align_val_tRKSt9nothrow_t))(size_t size, size_t alignment, const void *tag, size_t id)) \
	{ \
		return hak_token_is_data(id) ? take_data(size, alignment, kind, true) : \
			OPERATOR(St11align_val_tRKSt9nothrow_t)(size, alignment, tag); \
	}

DEFINE_TOKENS(NEW, HAK_LIVE_NEW)
DEFINE_TOKENS(NEW_ARRAY, HAK_LIVE_NEW_ARRAY)

/* With -fsanitize-alloc-token-fast-abi: the id is in the name. */
#define FAST_OF(id, name) __alloc_token_##id##_##name
#define FAST(id, name) FAST_OF(id, name)
#define SAME_AS(name) HAK_EXPORT __attribute__((alias(NAME(name))))
#define DEFINE_FAST(OPERATOR, kind) \
	DEFINE(HAK_COLD void *FAST(0, OPERATOR())(size_t size)) { return take_data(size, HAK_ALIGNMENT, kind, false); } \
	DEFINE(HAK_COLD void *FAST(0, OPERATOR(RKSt9nothrow_t))(size_t size, const void *tag)) \
	{ \
		(void)tag; \
		return take_data(size, HAK_ALIGNMENT, kind, true); \
	} \
	DEFINE(HAK_COLD void *FAST(0, OPERATOR(St11align_val_t))(size_t size, size_t alignment)) \
	{ \
		return take_data(size, alignment, kind, false); \
	} \
	DEFINE(HAK_COLD void *FAST(0, OPERATOR(St11align_val_tRKSt9nothrow_t))(size_t size, size_t alignment, const void *tag)) \
	{ \
		(void)tag; \
		return take_data(size, alignment, kind, true); \
	} \
	SAME_AS(OPERATOR()) void *FAST(1, OPERATOR())(size_t size); \
	SAME_AS(OPERATOR(RKSt9nothrow_t)) void *FAST(1, OPERATOR(RKSt9nothrow_t))(size_t size, const void *tag); \
	SAME_AS(OPERATOR(St11align_val_t)) void *FAST(1, OPERATOR(St11align_val_t))(size_t size, size_t alignment); \
	SAME_AS(OPERATOR(St11align_val_tRKSt9nothrow_t)) void *FAST(1, OPERATOR(St11align_val_tRKSt9nothrow_t))(size_t size, \
		size_t alignment, const void *tag);

DEFINE_FAST(NEW, HAK_LIVE_NEW)
DEFINE_FAST(NEW_ARRAY, HAK_LIVE_NEW_ARRAY)
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
