/* SPDX-License-Identifier: MIT */
/* hak-plain: measures time */
/* hak-link: shared */
/* Two threads that allocate much share the caches' budget, and their starter, which does not, takes no part of it: their
 * buffers of 64 to 128 KiB fit into the caches. */
#include <pthread.h>

#include "batches.h"

#define N 2000000
#define N_SLOTS 20

static void *busy(void *arg)
{
	uint64_t random = (uintptr_t)arg;
	char *slots[N_SLOTS] = { NULL };
	size_t i;

	for (i = 0; i < N; i++) {
		size_t k = rnd(&random) % N_SLOTS;

		free(slots[k]);
		slots[k] = malloc(KIB(64) + rnd(&random) % KIB(64));
		CHECK(slots[k]);
		*slots[k] = 1;
	}
	for (i = 0; i < N_SLOTS; i++)
		free(slots[i]);
	return NULL;
}

int main(void)
{
	pthread_t threads[2];
	size_t i, n;

	free(malloc(100));
	n = n_batches();
	for (i = 0; i < N_OF(threads); i++)
		CHECK(pthread_create(&threads[i], NULL, busy, (void *)(i + 1)) == 0);
	for (i = 0; i < N_OF(threads); i++)
		pthread_join(threads[i], NULL);
	n = n_batches() - n;
	CHECK(n < N_OF(threads) * N / 100, "%zu batches", n);
	return 0;
}
