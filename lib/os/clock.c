/* SPDX-License-Identifier: MIT */
#include "os/clock.h"

#include "os/call.h"

#define CLOCK_COARSE 6 /* CLOCK_MONOTONIC_COARSE, without libc's struct timespec */

uint64_t hak_os_now(void)
{
	long t[2] = { 0, 0 }; /* the kernel's own struct timespec, whatever libc's is */

	hak_call(SYS_clock_gettime, CLOCK_COARSE, t);
	return (uint64_t)t[0] * 1000 + (uint64_t)t[1] / 1000000;
}

#if HAK_COUNT
uint64_t hak_os_ticks_per_ms(void)
{
	long from[2] = { 0, 0 }, to[2] = { 0, 0 };
	uint64_t ticks, ns;

	hak_call(SYS_clock_gettime, 1 /* CLOCK_MONOTONIC */, from);
	ticks = hak_site_ticks();
	do {
		hak_call(SYS_clock_gettime, 1, to);
		ns = (uint64_t)(to[0] - from[0]) * 1000000000 + (uint64_t)to[1] - (uint64_t)from[1];
	} while (ns < 5000000); /* 5 ms: good for a part in a thousand */
	return (hak_site_ticks() - ticks) * 1000000 / ns;
}
#endif

uint64_t hak_os_thread_id(void)
{
	return (uint64_t)hak_call(SYS_gettid);
}
