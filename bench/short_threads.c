/* SPDX-License-Identifier: MIT */
/*
 * short_threads: threads that live for a moment. Each allocates some blocks of mixed sizes, frees them
 * and exits; a few run at a time. What a thread's start and exit cost, and whether anything of it stays.
 * An operation is one thread.
 */
#include "bench.h"
#include <pthread.h>

enum { n_max_blocks = 1024 };

static size_t n_blocks;

static void *work(void *arg)
{
	void *blocks[n_max_blocks];
	uint64_t rng = bench_seed64((uint64_t)(uintptr_t)arg);

	for (size_t i = 0; i < n_blocks; i++) {
		blocks[i] = malloc(16 + bench_below(&rng, 1024));
		if (!blocks[i])
			abort();
		*(unsigned char *)blocks[i] = 1;
	}
	for (size_t i = 0; i < n_blocks; i++)
		free(blocks[i]);
	return NULL;
}

int main(int argc, char **argv)
{
	struct bench b;
	size_t n_threads, n_at_once;
	pthread_t *threads;
	uint64_t early_kib = 0;

	bench_init(&b, "short_threads", "[threads at_once blocks]", argc, argv);
	n_threads = bench_num(&b, 1, 1000, 1, UINT32_MAX);
	n_at_once = bench_num(&b, 2, 4, 1, 4096);
	n_blocks = bench_num(&b, 3, 100, 0, n_max_blocks);
	bench_args_end(&b, 3);
	threads = bench_map(&b, n_at_once * sizeof(*threads));

	for (size_t done = 0; done < n_threads;) {
		size_t n = n_threads - done < n_at_once ? n_threads - done : n_at_once;

		bench_start(&b);
		for (size_t t = 0; t < n; t++)
			if (pthread_create(&threads[t], NULL, work, (void *)(uintptr_t)(done + t)))
				bench_die(&b, "cannot create thread %zu", done + t);
		for (size_t t = 0; t < n; t++)
			pthread_join(threads[t], NULL);
		bench_pause(&b);
		done += n;
		if (!early_kib && done >= 100)
			early_kib = bench_rss_kib();
	}
	bench_end(&b);
	bench_report(&b, n_threads, ",\"rss_at_100_kib\":%" PRIu64, early_kib ? early_kib : b.rss_kib);
	return 0;
}
