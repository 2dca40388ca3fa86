/* SPDX-License-Identifier: MIT */
/* hak-plain: counts page faults */
/* hak-link: shared */
/* Where what is alive goes up and down by chance, blocks freed and allocated in turn, memory does not go back to be fetched
 * again: the OS pages of the peak are touched once. It does go back where all is freed. */
#include <sys/resource.h>
#include "check.h"

#define N_SLOTS 64

static char *slots[N_SLOTS];

static long n_faults(void)
{
	struct rusage usage;

	CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
	return usage.ru_minflt;
}

static char *touched_block(size_t size)
{
	char *p = malloc(size);

	CHECK(p);
	for (size_t at = 0; at < size; at += (size_t)sysconf(_SC_PAGESIZE))
		p[at] = 1;
	return p;
}

static void fluctuate(uint64_t *state)
{
	for (unsigned n = 0; n < 20000; n++) {
		char **slot = &slots[rnd(state) % N_SLOTS];
		size_t size = KIB(512) + rnd(state) % MIB(2);

		if (*slot != NULL) {
			free(*slot);
			*slot = NULL;
		} else {
			*slot = touched_block(size);
		}
	}
}

/* Each block has a mapping of its own. */
static void replace(uint64_t *state)
{
	for (unsigned n = 0; n < 1000; n++) {
		char **slot = &slots[rnd(state) % (N_SLOTS / 4)];
		char *p = touched_block(MIB(5) + rnd(state) % MIB(20));

		free(*slot);
		*slot = p;
	}
}

static void check(void (*run)(uint64_t *state))
{
	uint64_t state = 3;
	long before = n_faults(), n, peak;

	run(&state);
	n = n_faults() - before;
	peak = (long)KIB(proc_number("/proc/self/status", "VmHWM:")) / sysconf(_SC_PAGESIZE);
	CHECK(n < peak + peak / 8, "%ld faults, %ld pages at the peak", n, peak);
	for (unsigned i = 0; i < N_SLOTS; i++) {
		free(slots[i]);
		slots[i] = NULL;
	}
	CHECK(rss() < (size_t)peak * (size_t)sysconf(_SC_PAGESIZE) / 4 * 3);
}

int main(void)
{
	check(fluctuate);
	check(replace);
	return 0;
}
