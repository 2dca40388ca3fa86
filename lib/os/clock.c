/* SPDX-License-Identifier: MIT */
#include "os/clock.h"

#include <errno.h>
#include <time.h>

#include "base/call.h"

static uint64_t read_clock(clockid_t clock)
{
	struct timespec t = { .tv_sec = 0 };
	int saved = errno;

	clock_gettime(clock, &t);
	errno = saved;
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t hak_os_now(void)
{
	return read_clock(CLOCK_MONOTONIC_COARSE) / 1000000;
}

uint64_t hak_os_now_fine(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t hak_os_date(void)
{
	return read_clock(CLOCK_REALTIME) / 1000000;
}

#if HAK_COUNT
uint64_t hak_os_ticks_per_ms(void)
{
	uint64_t from = hak_os_now_fine(), ticks = hak_site_ticks(), ns;

	do
		ns = hak_os_now_fine() - from;
	while (ns < 5000000); /* 5 ms: good for a part in a thousand */
	return (hak_site_ticks() - ticks) * 1000000 / ns;
}
#endif

uint64_t hak_os_thread_id(void)
{
	return (uint64_t)hak_call(SYS_gettid);
}
