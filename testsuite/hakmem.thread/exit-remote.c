/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-args: 4 */
/* hak-timeout: 60 */
/* Threads end while others are freeing their blocks: none is lost, none is freed twice. */
#include "work.h"

#define N_BLOCKS 400

struct batch {
	void *blocks[N_BLOCKS];
	size_t n;
	int is_ready;
};

static void *owner(void *arg_)
{
	struct batch *batch = arg_;
	size_t i;

	for (i = 0; i < N_BLOCKS; i++) {
		batch->blocks[i] = malloc(batch->n);
		CHECK(batch->blocks[i]);
		fill(batch->blocks[i], batch->n, i);
		/* From here on the other thread frees, while this one goes on and ends. */
		__atomic_store_n(&batch->is_ready, (int)i + 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void *freer(void *arg_)
{
	struct batch *batch = arg_;
	int i = 0;

	while (i < N_BLOCKS) {
		if (i == __atomic_load_n(&batch->is_ready, __ATOMIC_ACQUIRE)) {
			sched_yield();
			continue;
		}
		CHECK(filled(batch->blocks[i], batch->n, (size_t)i) == batch->n);
		free(batch->blocks[i++]);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	double end = now() + (double)arg(argc, argv, 1, 4);
	static struct batch batches[4];
	size_t round, i, rss_100 = 0;
	pthread_t threads[8];

	for (round = 0; now() < end || round < 200; round++) {
		for (i = 0; i < 4; i++) {
			memset(&batches[i], 0, sizeof(batches[i]));
			batches[i].n = 16 + (round * 4 + i) * 61 % 1300;
			threads[2 * i] = start(owner, &batches[i]);
			threads[2 * i + 1] = start(freer, &batches[i]);
		}
		for (i = 0; i < 8; i++)
			pthread_join(threads[i], NULL);
		if (round == 100)
			rss_100 = rss();
	}
	CHECK(rss() <= rss_100 + MIB(16), "RSS from %zu to %zu", rss_100, rss());
	return 0;
}
