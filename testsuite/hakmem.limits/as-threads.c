/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* Threads run into RLIMIT_AS together and free each other's blocks: ENOMEM, contents whole, recovery. */
#include "limit.h"

#define N_THREADS 4
#define N_BLOCKS 20000

static struct {
	unsigned char *p;
	size_t n;
} blocks[N_THREADS][N_BLOCKS];
static pthread_barrier_t all;
static size_t n_refused;

static void *work(void *arg_)
{
	size_t me = (size_t)arg_, i, other = (me + 1) % N_THREADS, round;
	uint64_t random = me + 1;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < N_BLOCKS; i++) {
			size_t n = rnd_size(&random, 60000);

			errno_set(0);
			blocks[me][i].p = malloc(n);
			blocks[me][i].n = n;
			if (!blocks[me][i].p) {
				CHECK(errno_get() == ENOMEM);
				__atomic_add_fetch(&n_refused, 1, __ATOMIC_RELAXED);
				continue;
			}
			fill_thin(blocks[me][i].p, n, i);
		}
		pthread_barrier_wait(&all);
		for (i = 0; i < N_BLOCKS; i++) {
			if (!blocks[other][i].p)
				continue;
			CHECK(filled_thin(blocks[other][i].p, blocks[other][i].n, i) == blocks[other][i].n);
			free(blocks[other][i].p);
		}
		pthread_barrier_wait(&all);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[N_THREADS];
	size_t i;

	pthread_barrier_init(&all, NULL, N_THREADS);
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	set_limit(RLIMIT_AS, vm_size() + MIB(150));
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK(n_refused > 0, "the limit was never met");
	CHECK(hide(malloc(MIB(20))), "after all was freed");
	return 0;
}
