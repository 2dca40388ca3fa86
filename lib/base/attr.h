/* SPDX-License-Identifier: MIT */
/* Owns: the compiler's attributes, as words. */
#ifndef HAK_BASE_ATTR_H
#define HAK_BASE_ATTR_H

#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#define HAK_LIKELY(c) __builtin_expect(!!(c), 1)
#define HAK_UNLIKELY(c) __builtin_expect(!!(c), 0)
#define HAK_INLINE static inline __attribute__((always_inline))
#define HAK_NOINLINE __attribute__((noinline))
#define HAK_COLD __attribute__((noinline, cold))
#define HAK_ALIGNED(n) __attribute__((aligned(n)))
#define HAK_EXPORT __attribute__((visibility("default")))
#if defined(__SANITIZE_THREAD__)
#define HAK_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HAK_TSAN 1
#endif
#endif
#ifndef HAK_TSAN
#define HAK_TSAN 0
#endif
#define HAK_WEAK __attribute__((weak))

#define HAK_LINE_SIZE 64 /* a cache line on every machine we know to matter */

#endif
