// SPDX-License-Identifier: MIT
// hak-link: shared
// hak-cflags: -fsized-deallocation
// hak-conf: profile:hardened
// The same with the id in the name.
#include "check.h"
#include <new>

#if __SIZEOF_SIZE_T__ == 8
#define NAME(id, kind, suffix) __alloc_token_##id##__Zn##kind##m##suffix
#else
#define NAME(id, kind, suffix) __alloc_token_##id##__Zn##kind##j##suffix
#endif

#define BOTH(kind, suffix, params, all, args) \
	extern "C" void *NAME(0, kind, suffix) params; \
	extern "C" void *NAME(1, kind, suffix) params; \
	extern "C" void *pick_##kind##suffix all \
	{ \
		return id == 0 ? NAME(0, kind, suffix) args : NAME(1, kind, suffix) args; \
	}

#define ALL(kind) \
	BOTH(kind, , (size_t n), (size_t n, size_t id), (n)) \
	BOTH(kind, RKSt9nothrow_t, (size_t n, const std::nothrow_t &t), (size_t n, const std::nothrow_t &t, size_t id), (n, t)) \
	BOTH(kind, St11align_val_t, (size_t n, size_t align), (size_t n, size_t align, size_t id), (n, align)) \
	BOTH(kind, St11align_val_tRKSt9nothrow_t, (size_t n, size_t align, const std::nothrow_t &t), \
		(size_t n, size_t align, const std::nothrow_t &t, size_t id), (n, align, t))

ALL(w)
ALL(a)

#define ONE(suffix) pick_w##suffix
#define MANY(suffix) pick_a##suffix
#include "token-new.h"
