/* SPDX-License-Identifier: MIT */
/*
 * mid_large_mt: blocks of 8 to 34 KiB come and go, each thread in slots of its own. The time runs
 * from before the first thread is created to after the last is joined; each thread empties its
 * slots at the end.
 */
#include "bench.h"
#include <pthread.h>

struct worker {
	pthread_t thread;
	uint32_t rng;
	unsigned char **slots;
};

static uint64_t n_cycles;
static size_t n_slots;

static void *work(void *arg)
{
	struct worker *w = arg;
	unsigned char **slots = w->slots;
	uint32_t rng = w->rng;

	for (uint64_t i = 0; i < n_cycles; i++) {
		uint32_t r = bench_rand32(&rng);
		size_t idx = r % n_slots;

		if (slots[idx]) {
			free(slots[idx]);
			slots[idx] = NULL;
		} else {
			slots[idx] = malloc(((size_t)8192 << (r % 3)) + (r & 0x7ff));
			if (!slots[idx])
				abort();
			slots[idx][0] = (unsigned char)r;
		}
	}
	for (size_t i = 0; i < n_slots; i++)
		free(slots[i]);
	return NULL;
}

int main(int argc, char **argv)
{
	struct bench b;
	size_t n_threads;
	uint32_t seed;
	struct worker *w;

	bench_init(&b, "mid_large_mt", "[threads cycles ws seed]", argc, argv);
	n_threads = bench_num(&b, 1, 4, 1, 4096);
	n_cycles = bench_num(&b, 2, 40000, 1, UINT64_MAX / 4096);
	n_slots = bench_num(&b, 3, 2048, 1, UINT32_MAX);
	seed = (uint32_t)bench_num(&b, 4, 42, 0, UINT32_MAX);
	bench_args_end(&b, 4);
	w = bench_map(&b, n_threads * sizeof(*w));
	for (size_t t = 0; t < n_threads; t++) {
		w[t].rng = seed ^ ((uint32_t)(t + 1) * 2654435761u);
		if (!w[t].rng)
			w[t].rng = 1;
		w[t].slots = bench_map(&b, n_slots * sizeof(*w[t].slots));
	}

	bench_start(&b);
	for (size_t t = 0; t < n_threads; t++)
		if (pthread_create(&w[t].thread, NULL, work, &w[t]))
			bench_die(&b, "cannot create thread %zu", t);
	for (size_t t = 0; t < n_threads; t++)
		pthread_join(w[t].thread, NULL);
	bench_stop(&b);
	bench_report(&b, n_threads * n_cycles, ",\"threads\":%zu", n_threads);
	return 0;
}
