/* SPDX-License-Identifier: MIT */
/* hak-plain: there are no sentries */
/* hak-link: preload */
/* hak-conf: guard_sample:now */
/* hak-opt: -O2 */
/* hak-timeout: 400 */
/* hak-stderr: hakmem: free\(0x[0-9a-f]+\): overflow \(class [0-9]+, thread [0-9]+\) */
/* hak-stderr: hakmem: free\(0x[0-9a-f]+\): underflow \(class [0-9]+, thread [0-9]+\) */
/* Where each hundredth block of a program that allocates up to 100,000 times a second is misused, one of them is a sentry before long:
 * an overflow, an underflow and a use after free end in SIGSEGV, a write around a block in a verdict at its free. The blocks come
 * and go in a steady loop, or at random. Without sentries, none of that is found. */
#include "check.h"
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define RATE 100000                  /* allocations a second */
#define MOST (60UL * RATE)           /* allocations until it must have been found */
#define EACH 100                     /* of which one is misused */

enum fault { NONE, OVERFLOW, UNDERFLOW, READ_FREED, WRITE_FREED, WRITE_BEHIND, WRITE_BEFORE };

static volatile char sink;

/* Before its free. */
static void misuse_live(enum fault fault, volatile char *p, size_t size)
{
	if (fault == OVERFLOW)
		sink = p[(size + 15) / 16 * 16];
	else if (fault == UNDERFLOW)
		sink = p[-1];
	else if (fault == WRITE_BEHIND)
		p[size] = 0;
	else if (fault == WRITE_BEFORE && (uintptr_t)p % 4096 > 0)
		p[-2] = 0;
}

static void misuse_freed(enum fault fault, volatile char *p)
{
	if (fault == READ_FREED)
		sink = p[3];
	else if (fault == WRITE_FREED)
		p[3] = 0;
}

static void work(enum fault fault, bool is_steady)
{
	static struct { char *p; size_t size; } ring[2000];
	uint64_t state = 1;
	unsigned long n;

	for (n = 0; n < MOST; n++) {
		size_t size = is_steady ? 17 + n % 40 * 24 : 17 + rnd(&state) % 900, i = is_steady ? 0 : rnd(&state) % N_OF(ring);
		volatile char *freed = ring[i].p;

		size += size % 16 == 0; /* so that there is something behind it */
		if (n % EACH == 0 && ring[i].p)
			misuse_live(fault, ring[i].p, ring[i].size);
		free(ring[i].p);
		if (n % EACH == 0 && freed)
			misuse_freed(fault, freed);
		ring[i].p = malloc(size);
		ring[i].size = size;
		CHECK(ring[i].p);
		if (n % (RATE / 500) == 0)
			usleep(2000);
	}
}

static int status_of(enum fault fault, bool is_steady)
{
	struct rlimit no_core = { 0, 0 };
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		work(fault, is_steady);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	return status;
}

int main(void)
{
	static const enum fault faults[] = { OVERFLOW, UNDERFLOW, READ_FREED, WRITE_FREED, WRITE_BEHIND, WRITE_BEFORE };
	size_t i;
	int is_steady;

	for (is_steady = 0; is_steady < 2; is_steady++)
		for (i = 0; i < N_OF(faults); i++) {
			int status = status_of(faults[i], is_steady != 0);
			int wanted = faults[i] >= WRITE_BEHIND ? SIGABRT : SIGSEGV;

			CHECK(WIFSIGNALED(status) && WTERMSIG(status) == wanted, "fault %d, steady %d: wait status %#x", (int)faults[i],
			      is_steady, (unsigned)status);
		}
	return 0;
}
