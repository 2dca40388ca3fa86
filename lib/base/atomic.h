/* SPDX-License-Identifier: MIT */
/*
 * Owns: atomic access to plain fields, with the memory order in the name. A field marked `any` in its struct is accessed
 * only through these macros. One marked `own` is written by its owner with hak_own_set(), so that others may read it
 * (for statistics) without a data race. Where HAK_COUNT is 1, accesses that may move a cache line between processors are
 * counted by place (base/site.h).
 */
#ifndef HAK_BASE_ATOMIC_H
#define HAK_BASE_ATOMIC_H

#include "base/site.h"

#define hak_load_relaxed(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define hak_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define hak_load_ordered(p) __atomic_load_n((p), __ATOMIC_SEQ_CST)
#define hak_store_relaxed(p, v) (HAK_NOTE_WRITE((p), 1), __atomic_store_n((p), (v), __ATOMIC_RELAXED))
#define hak_store_release(p, v) (HAK_NOTE_WRITE((p), 1), __atomic_store_n((p), (v), __ATOMIC_RELEASE))
#define hak_store_ordered(p, v) (HAK_NOTE_WRITE((p), 1), __atomic_store_n((p), (v), __ATOMIC_SEQ_CST))
#define hak_swap_ordered(p, v) (HAK_NOTE_RMW(p), __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST))
#define hak_swap_release(p, v) (HAK_NOTE_RMW(p), __atomic_exchange_n((p), (v), __ATOMIC_RELEASE))
#define hak_or_ordered(p, v) (HAK_NOTE_RMW(p), __atomic_fetch_or((p), (v), __ATOMIC_SEQ_CST))
#define hak_and_ordered(p, v) (HAK_NOTE_RMW(p), __atomic_fetch_and((p), (v), __ATOMIC_SEQ_CST))
#define hak_add_ordered(p, v) (HAK_NOTE_RMW(p), __atomic_fetch_add((p), (v), __ATOMIC_SEQ_CST))
#define hak_add_relaxed(p, v) (HAK_NOTE_RMW(p), __atomic_fetch_add((p), (v), __ATOMIC_RELAXED))
#define hak_sub_relaxed(p, v) (HAK_NOTE_RMW(p), __atomic_fetch_sub((p), (v), __ATOMIC_RELAXED))

/* Strong compare and swap; *expected is updated on failure. */
#define hak_cas_acquire(p, expected, v) \
	(HAK_NOTE_RMW(p), \
	 __atomic_compare_exchange_n((p), (expected), (v), false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
#define hak_cas_release(p, expected, v) \
	(HAK_NOTE_RMW(p), \
	 __atomic_compare_exchange_n((p), (expected), (v), false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
#define hak_cas_ordered(p, expected, v) \
	(HAK_NOTE_RMW(p), \
	 __atomic_compare_exchange_n((p), (expected), (v), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))

/* Changes a byte from one value to another. False: it has another value already. */
HAK_INLINE bool hak_byte_claim(uint8_t *p, uint8_t from, uint8_t to)
{
#ifdef __GCC_HAVE_SYNC_COMPARE_AND_SWAP_1
	return hak_cas_ordered(p, &from, to);
#else
	/* The machine has no instruction for it: of two threads at the same moment both may succeed. */
	if (hak_load_relaxed(p) != from)
		return false;
	hak_store_relaxed(p, to);
	return true;
#endif
}

/* What was read, or written, before; then what is read, or written, from here on. ThreadSanitizer knows no fences. */
#if HAK_TSAN
#define hak_fence_acquire() __atomic_signal_fence(__ATOMIC_ACQUIRE)
#define hak_fence_release() __atomic_signal_fence(__ATOMIC_RELEASE)
#else
#define hak_fence_acquire() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define hak_fence_release() __atomic_thread_fence(__ATOMIC_RELEASE)
#endif

/* The owner's writes to its own lines: not counted. */
#define hak_own_set(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define hak_own_add(p, v) hak_own_set((p), *(p) + (v))

/* A plain load of a field that others may write at any moment, for the hit paths: compilers do not fold an atomic load
 * into another instruction. */
#if defined(__SANITIZE_THREAD__)
#define hak_load_once(p) hak_load_relaxed(p)
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define hak_load_once(p) hak_load_relaxed(p)
#endif
#endif
#ifndef hak_load_once
#define hak_load_once(p) (*(p))
#endif

/* One instruction each, where the machine has one: *p += n for a pointer, and ++*p or
 * is_spent = --*p <= 0 for a count, that only their owner writes; v ^= *p, as hak_load_relaxed(); high:low = low * *p. */
#if defined(__x86_64__) && !defined(__ILP32__)
#define hak_own_step(p, n) __asm__("addq %1, %0" : "+m"(*(p)) : "i"((n) * (int)sizeof(**(p))))
#define hak_own_count(p) __asm__("addq $1, %0" : "+m"(*(p)))
#define hak_own_is_spent(p, is_spent) __asm__("subl $1, %0" : "+m"(*(p)), "=@ccle"(is_spent))
#define hak_xor_relaxed(v, p) __asm__("xorq %1, %0" : "+r"(v) : "m"(*(p)))
#define hak_mul_once(low, high, p) __asm__("mulq %2" : "+a"(low), "=d"(high) : "m"(*(p)) : "cc")
#else
#define hak_own_step(p, n) hak_own_set((p), *(p) + (n))
#define hak_own_count(p) hak_own_add((p), 1)
#define hak_own_is_spent(p, is_spent) ((is_spent) = --*(p) <= 0)
#define hak_xor_relaxed(v, p) ((v) ^= hak_load_relaxed(p))
#ifdef __SIZEOF_INT128__
#define hak_mul_once(low, high, p) \
	do { \
		unsigned __int128 product_ = (unsigned __int128)(low) * hak_load_once(p); \
		\
		(low) = (uint64_t)product_; \
		(high) = (uint64_t)(product_ >> 64); \
	} while (0)
#else
/* In halves; low is less than 2^32, so that the upper half cannot overflow. */
#define hak_mul_once(low, high, p) \
	do { \
		uint64_t by_ = hak_load_once(p); \
		uint64_t lower_ = (low) * (uint32_t)by_; \
		uint64_t upper_ = (low) * (by_ >> 32) + (lower_ >> 32); \
		\
		(high) = upper_ >> 32; \
		(low) = upper_ << 32 | (uint32_t)lower_; \
	} while (0)
#endif
#endif

#if defined(__x86_64__) || defined(__i386__)
#define hak_cpu_relax() __builtin_ia32_pause()
#elif defined(__aarch64__) || defined(__arm__)
#define hak_cpu_relax() __asm__ volatile("yield")
#else
#define hak_cpu_relax() __asm__ volatile("" ::: "memory")
#endif

#endif
