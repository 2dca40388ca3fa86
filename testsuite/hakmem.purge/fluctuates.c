/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* Where what is alive goes up and down by chance, blocks freed and allocated in turn, memory does not go back to be fetched
 * again: the OS pages of the peak are touched once. It does go back where all is freed. */
#include <sys/resource.h>
#include "check.h"

#define N_SLOTS 64
#define N_STEPS 20000

static char *slots[N_SLOTS];

static long n_faults(void)
{
	struct rusage usage;

	CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
	return usage.ru_minflt;
}

static void fluctuate(size_t least, size_t most, uint64_t *state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (unsigned n = 0; n < N_STEPS; n++) {
		char **slot = &slots[rnd(state) % N_SLOTS];
		size_t size = least + rnd(state) % (most - least);

		if (*slot != NULL) {
			free(*slot);
			*slot = NULL;
			continue;
		}
		*slot = malloc(size);
		CHECK(*slot);
		for (size_t at = 0; at < size; at += page)
			(*slot)[at] = 1;
	}
}

int main(void)
{
	uint64_t state = 3;
	long before = n_faults(), n, peak;

	fluctuate(KIB(512), MIB(2), &state);
	n = n_faults() - before;
	peak = (long)KIB(proc_number("/proc/self/status", "VmHWM:")) / sysconf(_SC_PAGESIZE);
	CHECK(n < peak + peak / 8, "%ld faults, %ld pages at the peak", n, peak);
	for (unsigned i = 0; i < N_SLOTS; i++)
		free(slots[i]);
	CHECK(rss() < (size_t)peak * (size_t)sysconf(_SC_PAGESIZE) / 4 * 3);
	return 0;
}
