/* SPDX-License-Identifier: MIT */
#include "os/clock.h"

#include "os/call.h"

#define CLOCK_COARSE 6 /* CLOCK_MONOTONIC_COARSE, without libc's struct timespec */

uint64_t hak_os_now(void)
{
	long t[2] = { 0, 0 }; /* the kernel's own struct timespec, whatever libc's is */

	syscall(SYS_clock_gettime, CLOCK_COARSE, t);
	return (uint64_t)t[0] * 1000 + (uint64_t)t[1] / 1000000;
}

uint64_t hak_os_thread_id(void)
{
	return (uint64_t)syscall(SYS_gettid);
}
