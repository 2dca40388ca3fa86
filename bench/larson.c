/* SPDX-License-Identifier: MIT */
/*
 * larson: a server that hands its connections on. Each worker owns an array of blocks and replaces
 * random ones of them, rounds x chunks times; then it exits and starts its successor, which
 * inherits the blocks, until the time is up. So it measures thread start, thread exit and what
 * becomes of a dead thread's memory as much as allocation. An operation is one free and one malloc.
 */
#include "bench.h"
#include <pthread.h>
#include <semaphore.h>

struct worker {
	_Alignas(128) uint64_t rng;
	unsigned char **blocks;
	uint64_t n_ops;		/* by all of the chain's threads so far */
	uint64_t n_threads;	/* of the chain so far */
};

static size_t n_chunks, min, max;
static uint64_t n_rounds;
static volatile int is_over;
static sem_t n_ended;
static pthread_attr_t detached;

static unsigned char *take_block(uint64_t *rng)
{
	unsigned char *p = malloc(min + bench_below(rng, max - min));

	if (!p)
		abort();
	p[0] = (unsigned char)*rng;
	p[1] = 1;
	return p;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	uint64_t rng = w->rng, n = n_rounds * n_chunks, i;
	pthread_t next;

	for (i = 0; i < n && !is_over; i++) {
		size_t victim = bench_below(&rng, n_chunks);

		free(w->blocks[victim]);
		w->blocks[victim] = take_block(&rng);
	}
	w->rng = rng;
	w->n_ops += i;
	w->n_threads++;
	if (is_over)
		sem_post(&n_ended);
	else if (pthread_create(&next, &detached, work, w))
		abort();
	return NULL;
}

int main(int argc, char **argv)
{
	struct bench b;
	uint64_t n_seconds, seed, n_ops = 0, n_lives = 0;
	size_t n_threads;
	struct worker *w;
	pthread_t first;

	bench_init(&b, "larson", "[seconds min max chunks rounds seed threads]", argc, argv);
	n_seconds = bench_num(&b, 1, 10, 1, 86400);
	min = bench_num(&b, 2, 8, 2, UINT32_MAX);
	max = bench_num(&b, 3, 128, min + 1, UINT32_MAX);
	n_chunks = bench_num(&b, 4, 1024, 1, UINT32_MAX);
	n_rounds = bench_num(&b, 5, 1, 1, UINT32_MAX);
	seed = bench_num(&b, 6, 12345, 0, UINT64_MAX);
	n_threads = bench_num(&b, 7, 4, 1, 4096);
	bench_args_end(&b, 7);
	sem_init(&n_ended, 0, 0);
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	w = bench_map(&b, n_threads * sizeof(*w));
	for (size_t t = 0; t < n_threads; t++) {
		w[t].rng = bench_seed64(seed + t);
		w[t].blocks = bench_map(&b, n_chunks * sizeof(*w[t].blocks));
		for (size_t i = 0; i < n_chunks; i++)
			w[t].blocks[i] = take_block(&w[t].rng);
	}

	bench_start(&b);
	for (size_t t = 0; t < n_threads; t++)
		if (pthread_create(&first, &detached, work, &w[t]))
			bench_die(&b, "cannot create thread %zu", t);
	for (uint64_t end = b.t0 + n_seconds * 1000000000u, now; (now = bench_now()) < end;) {
		struct timespec left = { (time_t)((end - now) / 1000000000u), (long)((end - now) % 1000000000u) };

		nanosleep(&left, NULL);
	}
	is_over = 1;
	for (size_t t = 0; t < n_threads; t++)
		sem_wait(&n_ended);
	bench_stop(&b);
	for (size_t t = 0; t < n_threads; t++) {
		n_ops += w[t].n_ops;
		n_lives += w[t].n_threads;
	}
	bench_report(&b, n_ops, ",\"threads\":%zu,\"threads_started\":%" PRIu64, n_threads, n_lives);
	return 0;
}
