/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/* Threads cancelled amid malloc and free, deferred, their cleanup freeing: heap sound, RSS flat. */
#include "work.h"

struct held {
	void *blocks[50];
};

static void cleanup(void *arg_)
{
	struct held *held = arg_;
	size_t i;

	for (i = 0; i < N_OF(held->blocks); i++)
		free(held->blocks[i]);
	free(held);
}

static void churn(struct held *held, uint64_t random)
{
	while (1) {
		size_t i = rnd(&random) % N_OF(held->blocks);

		free(held->blocks[i]);
		held->blocks[i] = NULL;
		pthread_testcancel();
		held->blocks[i] = malloc(rnd_size(&random, 20000));
		CHECK(held->blocks[i]);
	}
}

static void *work(void *arg_)
{
	struct held *held = calloc(1, sizeof(*held));

	CHECK(held);
	pthread_cleanup_push(cleanup, held);
	churn(held, (size_t)arg_ + 1);
	pthread_cleanup_pop(1);
	return NULL;
}

int main(int argc, char **argv)
{
	size_t n_rounds = arg(argc, argv, 1, 200), round, i, rss_50 = 0;
	pthread_t threads[6];
	void *result;

	for (round = 0; round < n_rounds; round++) {
		for (i = 0; i < N_OF(threads); i++)
			threads[i] = start(work, (void *)(round * 10 + i));
		usleep(1000);
		for (i = 0; i < N_OF(threads); i++)
			CHECK(pthread_cancel(threads[i]) == 0);
		for (i = 0; i < N_OF(threads); i++) {
			CHECK(pthread_join(threads[i], &result) == 0);
			CHECK(result == PTHREAD_CANCELED);
		}
		if (round == 50)
			rss_50 = rss();
	}
	CHECK(rss() <= rss_50 + MIB(8), "RSS from %zu to %zu", rss_50, rss());
	return 0;
}
