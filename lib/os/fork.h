/* SPDX-License-Identifier: MIT */
/*
 * Owns: the fork generation: a number that differs between a process and its forked children.
 * Threads: any. Async-signal-safe.
 * Locks: none.
 * F1 No lock is held across fork. Instead, whoever finds something taken by an earlier generation knows
 *    that its holder does not exist here, and abandons what was guarded.
 */
#ifndef HAK_OS_FORK_H
#define HAK_OS_FORK_H

#include "base/attr.h"

#define HAK_GENERATION_BITS 20

/* The generation: 1 to 2^20 - 1. The first call maps a page that the kernel wipes in a forked child. */
uint32_t hak_fork_generation(void);

#endif
