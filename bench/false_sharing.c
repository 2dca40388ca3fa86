/* SPDX-License-Identifier: MIT */
/*
 * false_sharing: does the allocator give parts of one cache line to different threads? Passive: the
 * main thread allocates small blocks and deals them out in turn, so that neighbours go to different
 * workers; each worker frees what it was given, and must not get it back. Active: the workers start
 * with nothing. Then each allocates a few small blocks, writes to them many times, frees them, and so
 * on. The work is done by one worker first, then by all at once; the slowdown is the ratio of the CPU
 * time a worker took, 1.0 when no line is shared. An operation is one write.
 */
#include "bench.h"
#include <pthread.h>

enum { n_own = 4 };		/* blocks each worker has; few enough for the smallest thread caches */

static size_t size, n_cycles, n_writes;
static pthread_barrier_t at_start;

struct worker {
	_Alignas(128) pthread_t thread;
	void *gifts[n_own];	/* blocks from the main thread, or NULL */
	double cpu;		/* seconds */
};

static double thread_cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	volatile unsigned char *own[n_own];

	pthread_barrier_wait(&at_start);
	w->cpu = -thread_cpu();
	for (size_t k = 0; k < n_own; k++)
		free(w->gifts[k]);
	for (size_t c = 0; c < n_cycles; c++) {
		for (size_t k = 0; k < n_own; k++) {
			own[k] = malloc(size);
			if (!own[k])
				abort();
		}
		for (size_t i = 0; i < n_writes; i++)
			own[i % n_own][0]++;
		for (size_t k = 0; k < n_own; k++)
			free((void *)own[k]);
	}
	w->cpu += thread_cpu();
	return NULL;
}

/* Runs n workers; returns the mean CPU seconds of one. */
static double run(struct bench *b, struct worker *w, size_t n, bool is_passive)
{
	double sum = 0;

	pthread_barrier_init(&at_start, NULL, (unsigned)n);
	for (size_t i = 0; i < n_own * n; i++) {
		void *p = is_passive ? malloc(size) : NULL;

		if (is_passive && !p)
			bench_die(b, "out of memory");
		w[i % n].gifts[i / n] = p;
	}
	bench_start(b);
	for (size_t t = 0; t < n; t++)
		if (pthread_create(&w[t].thread, NULL, work, &w[t]))
			bench_die(b, "cannot create thread %zu", t);
	for (size_t t = 0; t < n; t++) {
		pthread_join(w[t].thread, NULL);
		sum += w[t].cpu;
	}
	bench_stop(b);
	pthread_barrier_destroy(&at_start);
	return sum / (double)n;
}

int main(int argc, char **argv)
{
	struct bench b;
	size_t n_threads;
	const char *kind;
	bool is_passive;
	struct worker *w;
	double alone, together, alone_s;

	bench_init(&b, "false_sharing", "[passive|active [threads size cycles writes]]", argc, argv);
	kind = bench_word(&b, 1, "passive");
	n_threads = bench_num(&b, 2, 2, 1, 4096);
	size = bench_num(&b, 3, 8, 1, UINT32_MAX);
	n_cycles = bench_num(&b, 4, 10000, 1, UINT32_MAX);
	n_writes = bench_num(&b, 5, 20000, 1, UINT32_MAX);
	bench_args_end(&b, 5);
	is_passive = strcmp(kind, "passive") == 0;
	if (!is_passive && strcmp(kind, "active") != 0)
		bench_usage(&b);
	w = bench_map(&b, n_threads * sizeof(*w));

	alone = run(&b, w, 1, is_passive);
	alone_s = 1e-9 * (double)b.ns;
	together = run(&b, w, n_threads, is_passive);
	bench_report(&b, (n_threads + 1) * n_cycles * n_writes,
		     ",\"threads\":%zu,\"alone_seconds\":%.6f,\"together_seconds\":%.6f,\"slowdown\":%.4f", n_threads,
		     alone_s, 1e-9 * (double)b.ns - alone_s, together / alone);
	printf("false_sharing: %.3f times the CPU time a worker takes alone\n", together / alone);
	return 0;
}
