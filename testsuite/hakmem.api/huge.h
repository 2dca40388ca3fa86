/* SPDX-License-Identifier: MIT */
/* Sizes that no allocation can have: every one of them must end in NULL and ENOMEM. */
#ifndef HUGE_H
#define HUGE_H
#include "check.h"

static const size_t huge_sizes[] UNUSED = {
#if SIZE_MAX > UINT32_MAX
	(size_t)1 << 47,
	(size_t)1 << 48,
	/* With 32 bit these may find room. */
	PTRDIFF_MAX - 4096,
	PTRDIFF_MAX - 1,
	PTRDIFF_MAX,
#endif
	(size_t)PTRDIFF_MAX + 1,
	(size_t)PTRDIFF_MAX + 2,
	(size_t)PTRDIFF_MAX + 4097,
	SIZE_MAX / 2 + 65536,
	SIZE_MAX - (1u << 30),
	SIZE_MAX - (2u << 20),
	SIZE_MAX - 65536,
	SIZE_MAX - 65535,
	SIZE_MAX - 8192,
	SIZE_MAX - 4097,
	SIZE_MAX - 4096,
	SIZE_MAX - 4095,
	SIZE_MAX - 1024,
	SIZE_MAX - 64,
	SIZE_MAX - 63,
	SIZE_MAX - 32,
	SIZE_MAX - 17,
	SIZE_MAX - 16,
	SIZE_MAX - 15,
	SIZE_MAX - 8,
	SIZE_MAX - 7,
	SIZE_MAX - 1,
	SIZE_MAX,
};

#define FOR_HUGE(n) \
	for (size_t i_ = 0, n; i_ < N_OF(huge_sizes) && (n = hide_n(huge_sizes[i_]), 1); i_++)

#endif
