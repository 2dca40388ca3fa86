/* SPDX-License-Identifier: MIT */
/*
 * Owns: stack traces: the return addresses of an allocation's callers, innermost first, without the library's own.
 * Threads: any; async-signal-safe after hak_stack_prepare(). Locks: none; the unwinder takes none either.
 * U1 A chain of frame pointers is followed as far as it leads up the stack, and only readable memory is read. The result is
 *    a guess, because code without frame pointers uses that register for other values.
 */
#ifndef HAK_WATCH_STACK_H
#define HAK_WATCH_STACK_H

#include "base/attr.h"
#include "conf/limits.h"
#include "conf/report.h"

/* Finds the unwinder and calls it once, for its own initialisation. May allocate, and take the dynamic linker's locks. */
void hak_stack_prepare(void) HAK_COLD;

/* A function of the C library, or NULL if this program does not have it. Takes the dynamic linker's locks. */
void *hak_stack_symbol(const char *name) HAK_COLD;

/* By frame pointers, starting at frame (Q1 in api/alloc.h). Returns how many. */
size_t hak_stack_follow(const void *frame, uintptr_t out[HAK_PROF_DEPTH]);

/* The frame of the function that caller called and that has *caller on its stack, if the first thing it pushed was the frame
 * pointer; a guess, as in U1. NULL: it is not found. */
const void *hak_stack_frame_of(const struct hak_caller *caller);

/* By the unwinder. Returns how many; 0: there is no unwinder. */
size_t hak_stack_unwind(const void *frame, uintptr_t out[HAK_PROF_DEPTH]);

/* The same of a call whose return address is known, but not its frame: the innermost HAK_PROF_FREE_DEPTH of them, at least that
 * one. */
size_t hak_stack_unwind_call(const void *site, uintptr_t out[HAK_PROF_FREE_DEPTH]);

/* Do both describe the same stack? The followed one may end earlier, in code that starts programs and threads. */
bool hak_stack_is_true(const uintptr_t *followed, size_t n_followed, const uintptr_t *unwound, size_t n_unwound);

#endif
