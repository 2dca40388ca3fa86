/* SPDX-License-Identifier: MIT */
/* The same where the compiler has no numbers of 128 bits, nor an instruction for that. */
#include "unit.h"
#include "base/site.h"

#undef __SIZEOF_INT128__
#ifdef __x86_64__
#undef __x86_64__
#include "base/atomic.h"
#define __x86_64__ 1
#endif
#include "class-index.c"
