/* SPDX-License-Identifier: MIT */
/* Owns: time and the thread's number, as the kernel tells them. Any thread; keeps errno. */
#ifndef HAK_OS_CLOCK_H
#define HAK_OS_CLOCK_H

#include "base/site.h"

/* Milliseconds since some start, never going back; as coarse as the kernel's tick. */
uint64_t hak_os_now(void);

#if HAK_COUNT
/* How fast hak_site_ticks() goes; measured, in 5 ms. */
uint64_t hak_os_ticks_per_ms(void);
#endif

/* The calling thread's kernel id. */
uint64_t hak_os_thread_id(void);

#endif
