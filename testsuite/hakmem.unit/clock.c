/* SPDX-License-Identifier: MIT */
/* The time is the kernel's, coarse and fine, and leaves errno alone. */
#include "unit.h"
#include "base/atomic.h"
#include "os/clock.h"

#include <time.h>

static uint64_t kernels_ns(void)
{
	struct timespec t;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void read_all(unsigned long n)
{
	static uint32_t n_rounds; /* builds that count want a place to count */
	uint64_t coarse = 0, fine = 0;

	errno_set(EXDEV);
	for (unsigned long i = 0; i < n; i++) {
		uint64_t before = kernels_ns(), ms = hak_os_now(), ns = hak_os_now_fine(), after = kernels_ns();

		CHECK(ns >= before && ns <= after && ns >= fine);
		CHECK(ms >= coarse && ms <= after / 1000000 && ms + 20 >= before / 1000000, "%llu against %llu",
			(unsigned long long)ms, (unsigned long long)before);
		hak_add_relaxed(&n_rounds, 1);
		coarse = ms;
		fine = ns;
	}
	CHECK(errno_get() == EXDEV);
}

int main(void)
{
	read_all(rounds(100000));
	return 0;
}
