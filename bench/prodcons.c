/* SPDX-License-Identifier: MIT */
/*
 * prodcons: blocks are allocated by one half of the threads and freed by the other half. They travel
 * in batches through one bounded queue, so that the queue costs little beside the allocator. An
 * operation is one block: malloc there, free here.
 */
#include "bench.h"
#include <pthread.h>

enum { n_batch = 128, n_queue = 64 };

struct batch {
	void *blocks[n_batch];
};

static struct batch *queue;	/* a ring of n_queue */
static size_t head, tail;	/* batches put and taken so far */
static size_t n_left;		/* batches still to be taken */
static size_t n_to_make;	/* batches still to be begun */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_room = PTHREAD_COND_INITIALIZER, has_batch = PTHREAD_COND_INITIALIZER;
static size_t min, max;

static bool claim_batch(void)
{
	bool is_claimed = false;

	pthread_mutex_lock(&lock);
	if (n_to_make) {
		n_to_make--;
		is_claimed = true;
	}
	pthread_mutex_unlock(&lock);
	return is_claimed;
}

static void *produce(void *arg)
{
	uint64_t rng = *(uint64_t *)arg;
	struct batch b;

	while (claim_batch()) {
		for (int i = 0; i < n_batch; i++) {
			unsigned char *p = malloc(min + bench_below(&rng, max - min + 1));

			if (!p)
				abort();
			*p = (unsigned char)i;
			b.blocks[i] = p;
		}
		pthread_mutex_lock(&lock);
		while (head - tail == n_queue)
			pthread_cond_wait(&has_room, &lock);
		queue[head++ % n_queue] = b;
		pthread_cond_signal(&has_batch);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static void *consume(void *arg)
{
	struct batch b;

	(void)arg;
	for (;;) {
		pthread_mutex_lock(&lock);
		while (head == tail && n_left)
			pthread_cond_wait(&has_batch, &lock);
		if (!n_left) {
			pthread_mutex_unlock(&lock);
			return NULL;
		}
		b = queue[tail++ % n_queue];
		if (--n_left == 0)
			pthread_cond_broadcast(&has_batch);
		pthread_cond_signal(&has_room);
		pthread_mutex_unlock(&lock);
		for (int i = 0; i < n_batch; i++)
			free(b.blocks[i]);
	}
}

int main(int argc, char **argv)
{
	struct bench b;
	size_t n_threads, n_blocks;
	uint64_t *seeds, seed;
	pthread_t *threads;

	bench_init(&b, "prodcons", "[threads blocks min max seed]", argc, argv);
	n_threads = bench_num(&b, 1, 2, 2, 4096);
	n_blocks = bench_num(&b, 2, 10000000, 1, UINT64_MAX / 2);
	min = bench_num(&b, 3, 16, 1, UINT32_MAX / 2);
	max = bench_num(&b, 4, 512, min, UINT32_MAX / 2);
	seed = bench_num(&b, 5, 1, 0, UINT64_MAX);
	bench_args_end(&b, 5);
	if (n_threads % 2)
		bench_die(&b, "the threads come in pairs: give an even number");
	n_to_make = n_left = (n_blocks + n_batch - 1) / n_batch;
	queue = bench_map(&b, n_queue * sizeof(*queue));
	threads = bench_map(&b, n_threads * sizeof(*threads));
	seeds = bench_map(&b, n_threads * sizeof(*seeds));

	bench_start(&b);
	for (size_t t = 0; t < n_threads; t++) {
		seeds[t] = bench_seed64(seed + t);
		if (pthread_create(&threads[t], NULL, t % 2 ? consume : produce, &seeds[t]))
			bench_die(&b, "cannot create thread %zu", t);
	}
	for (size_t t = 0; t < n_threads; t++)
		pthread_join(threads[t], NULL);
	bench_stop(&b);
	bench_report(&b, head * n_batch, ",\"threads\":%zu", n_threads);
	return 0;
}
