/* SPDX-License-Identifier: MIT */
/*
 * Owns: time and the thread's number, as the kernel tells them.
 * Threads: any. Async-signal-safe. Keeps errno.
 * Locks: none, and callers hold none. clock_gettime() reads the vDSO without a system call, but it is a libc symbol,
 *        and a library that fakes the time may define it and allocate in it.
 */
#ifndef HAK_OS_CLOCK_H
#define HAK_OS_CLOCK_H

#include "base/site.h"

/* Milliseconds since some start, never going back, in steps of the kernel's tick. */
uint64_t hak_os_now(void);

/* Nanoseconds since the same start. A system call on machines where the vDSO cannot read the clock. */
uint64_t hak_os_now_fine(void);

/* Milliseconds since 1970, UTC. */
uint64_t hak_os_date(void);

#if HAK_COUNT
/* How fast hak_site_ticks() goes; measured, in 5 ms. */
uint64_t hak_os_ticks_per_ms(void);
#endif

/* The calling thread's kernel id. */
uint64_t hak_os_thread_id(void);

#endif
