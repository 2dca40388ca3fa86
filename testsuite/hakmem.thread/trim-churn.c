/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-args: 3 */
/* hak-timeout: 60 */
/* malloc_trim() again and again while threads allocate, free remotely, end: contents stay whole. */
#include "work.h"

static double end;
static void *shared[500];

static void *work(void *arg_)
{
	uint64_t random = (size_t)arg_ + 1;
	void *mine[100] = { NULL };
	size_t sizes[100] = { 0 }, i;
	unsigned long k;

	for (k = 0; k < 5000; k++) {
		i = rnd(&random) % N_OF(mine);
		if (mine[i])
			CHECK(filled_thin(mine[i], sizes[i], i) == sizes[i]);
		free(mine[i]);
		sizes[i] = rnd_size(&random, k % 50 ? 3000 : 500000);
		mine[i] = malloc(sizes[i]);
		CHECK(mine[i]);
		fill_thin(mine[i], sizes[i], i);
		free(__atomic_exchange_n(&shared[rnd(&random) % N_OF(shared)], malloc(sizes[i] % 900),
					 __ATOMIC_ACQ_REL));
	}
	for (i = 0; i < N_OF(mine); i++)
		free(mine[i]);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[4];
	size_t i, round = 0;

	end = now() + (double)arg(argc, argv, 1, 3);
	for (i = 0; i < N_OF(threads); i++)
		threads[i] = start(work, (void *)i);
	while (now() < end) {
		malloc_trim(0);
		if (++round % 20 == 0) {
			i = round / 20 % N_OF(threads);
			pthread_join(threads[i], NULL);
			threads[i] = start(work, (void *)(round + i));
		}
		usleep(200);
	}
	for (i = 0; i < N_OF(threads); i++)
		pthread_join(threads[i], NULL);
	return 0;
}
