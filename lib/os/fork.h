/* SPDX-License-Identifier: MIT */
/*
 * Owns: the fork generation: a number that differs between a process and its forked children.
 * Threads: any. Async-signal-safe.
 * Locks: none.
 * F1 No lock is held across fork. Instead, whoever finds something taken by an earlier generation knows that its holder
 *    does not exist in this process, and rebuilds or abandons what was guarded.
 */
#ifndef HAK_OS_FORK_H
#define HAK_OS_FORK_H

#include "base/atomic.h"

#define HAK_GENERATION_BITS 20

extern uint32_t *hak_fork_page; /* any: points to the generation, 0 in a new child; NULL: not known yet */

/* Works out the generation. The first call maps a page that the kernel wipes in a forked child. */
uint32_t hak_fork_ask(void);

/* The generation: 1 to 2^20 - 1. */
HAK_INLINE uint32_t hak_fork_generation(void)
{
	const uint32_t *page = hak_load_relaxed(&hak_fork_page);
	uint32_t g = HAK_LIKELY(page != NULL) ? hak_load_relaxed(page) : 0;

	return HAK_LIKELY(g != 0) ? g : hak_fork_ask();
}

#endif
