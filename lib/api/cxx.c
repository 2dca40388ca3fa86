/* SPDX-License-Identifier: MIT */
/*
 * Owns: every C++ operator new and delete, in C, under their mangled names, so that no C++ library is needed.
 * X1 Where a C++ library is in the program, its new_handler is called and its bad_alloc is thrown. This file is
 *    compiled with -fexceptions: both unwind through it.
 */
#include <stdlib.h>

#include "api/alloc.h"
#include "base/check.h"

typedef void (*new_handler)(void);

/* std::get_new_handler() and std::__throw_bad_alloc(), the same names in libstdc++ and libc++. */
extern new_handler _ZSt15get_new_handlerv(void) HAK_WEAK;
extern void _ZSt17__throw_bad_allocv(void) HAK_WEAK __attribute__((noreturn));

static new_handler current_handler(void)
{
	return _ZSt15get_new_handlerv != NULL ? _ZSt15get_new_handlerv() : NULL;
}

static void *try_once(size_t size, size_t alignment)
{
	bool is_clean;

	return size <= PTRDIFF_MAX ? hak_alloc_any(size, alignment, &is_clean) : NULL;
}

static void *HAK_COLD try_on(size_t size, size_t alignment, bool may_throw)
{
	for (;;) {
		new_handler handler = current_handler();
		void *p;

		if (handler == NULL)
			break;
		handler(); /* may free memory, throw, or not return */
		p = try_once(size, alignment);
		if (p != NULL)
			return p;
	}
	if (!may_throw)
		return NULL;
	if (_ZSt17__throw_bad_allocv != NULL)
		_ZSt17__throw_bad_allocv();
	hak_check_fail("operator new: out of memory, and no C++ library to throw bad_alloc", NULL, 0);
}

HAK_INLINE void *take(size_t size, bool may_throw)
{
	void *p = hak_alloc(size);

	return HAK_LIKELY(p != NULL) ? p : try_on(size, HAK_ALIGNMENT, may_throw);
}

HAK_INLINE void *take_aligned(size_t size, size_t alignment, bool may_throw)
{
	void *p = try_once(size, alignment);

	return HAK_LIKELY(p != NULL) ? p : try_on(size, alignment, may_throw);
}

HAK_INLINE void give(void *p, const void *site)
{
	if (HAK_UNLIKELY(!hak_heap_push_hit(hak_heap_mine, p)))
		hak_free_miss(p, &(const struct hak_caller){ "delete", site });
}

#define SITE __builtin_return_address(0)

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

DEFINE(void *NEW()(size_t size)) { return take(size, true); }
DEFINE(void *NEW_ARRAY()(size_t size)) { return take(size, true); }
DEFINE(void *NEW(RKSt9nothrow_t)(size_t size, const void *tag)) { (void)tag; return take(size, false); }
DEFINE(void *NEW_ARRAY(RKSt9nothrow_t)(size_t size, const void *tag)) { (void)tag; return take(size, false); }

DEFINE(void *NEW(St11align_val_t)(size_t size, size_t alignment)) { return take_aligned(size, alignment, true); }
DEFINE(void *NEW_ARRAY(St11align_val_t)(size_t size, size_t alignment)) { return take_aligned(size, alignment, true); }

DEFINE(void *NEW(St11align_val_tRKSt9nothrow_t)(size_t size, size_t alignment, const void *tag))
{
	(void)tag;
	return take_aligned(size, alignment, false);
}

DEFINE(void *NEW_ARRAY(St11align_val_tRKSt9nothrow_t)(size_t size, size_t alignment, const void *tag))
{
	(void)tag;
	return take_aligned(size, alignment, false);
}

DEFINE(void _ZdlPv(void *p)) { give(p, SITE); }
DEFINE(void _ZdaPv(void *p)) { give(p, SITE); }
DEFINE(void _ZdlPvRKSt9nothrow_t(void *p, const void *tag)) { (void)tag; give(p, SITE); }
DEFINE(void _ZdaPvRKSt9nothrow_t(void *p, const void *tag)) { (void)tag; give(p, SITE); }
DEFINE(void DELETE_SIZED()(void *p, size_t size)) { (void)size; give(p, SITE); }
DEFINE(void DELETE_ARRAY_SIZED()(void *p, size_t size)) { (void)size; give(p, SITE); }
DEFINE(void _ZdlPvSt11align_val_t(void *p, size_t alignment)) { (void)alignment; give(p, SITE); }
DEFINE(void _ZdaPvSt11align_val_t(void *p, size_t alignment)) { (void)alignment; give(p, SITE); }

DEFINE(void _ZdlPvSt11align_val_tRKSt9nothrow_t(void *p, size_t alignment, const void *tag))
{
	(void)alignment;
	(void)tag;
	give(p, SITE);
}

DEFINE(void _ZdaPvSt11align_val_tRKSt9nothrow_t(void *p, size_t alignment, const void *tag))
{
	(void)alignment;
	(void)tag;
	give(p, SITE);
}

DEFINE(void DELETE_SIZED(St11align_val_t)(void *p, size_t size, size_t alignment))
{
	(void)size;
	(void)alignment;
	give(p, SITE);
}

DEFINE(void DELETE_ARRAY_SIZED(St11align_val_t)(void *p, size_t size, size_t alignment))
{
	(void)size;
	(void)alignment;
	give(p, SITE);
}
