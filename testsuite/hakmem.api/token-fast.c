/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-libs: -pthread */
/* The same with the id in the name, as -fsanitize-alloc-token-fast-abi has it. */
#include "check.h"

#define BOTH(result, name, params, all, args) \
	result __alloc_token_0_##name params; \
	result __alloc_token_1_##name params; \
	static result pick_##name all \
	{ \
		return id == 0 || (ptrdiff_t)id > 65535 ? __alloc_token_0_##name args : __alloc_token_1_##name args; \
	}

BOTH(void *, malloc, (size_t size), (size_t size, size_t id), (size))
BOTH(void *, calloc, (size_t count, size_t size), (size_t count, size_t size, size_t id), (count, size))
BOTH(void *, realloc, (void *ptr, size_t size), (void *ptr, size_t size, size_t id), (ptr, size))
BOTH(void *, reallocarray, (void *ptr, size_t count, size_t size), (void *ptr, size_t count, size_t size, size_t id),
	(ptr, count, size))
BOTH(void *, aligned_alloc, (size_t alignment, size_t size), (size_t alignment, size_t size, size_t id), (alignment, size))
BOTH(void *, memalign, (size_t alignment, size_t size), (size_t alignment, size_t size, size_t id), (alignment, size))
BOTH(int, posix_memalign, (void **ptr, size_t alignment, size_t size), (void **ptr, size_t alignment, size_t size, size_t id),
	(ptr, alignment, size))
BOTH(void *, valloc, (size_t size), (size_t size, size_t id), (size))
BOTH(void *, pvalloc, (size_t size), (size_t size, size_t id), (size))

#define __alloc_token_malloc pick_malloc
#define __alloc_token_calloc pick_calloc
#define __alloc_token_realloc pick_realloc
#define __alloc_token_reallocarray pick_reallocarray
#define __alloc_token_aligned_alloc pick_aligned_alloc
#define __alloc_token_memalign pick_memalign
#define __alloc_token_posix_memalign pick_posix_memalign
#define __alloc_token_valloc pick_valloc
#define __alloc_token_pvalloc pick_pvalloc
#include "token.h"
