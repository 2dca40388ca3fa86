/* SPDX-License-Identifier: MIT */
/*
 * mstress: objects that migrate. The program runs in phases; in each, new threads allocate blocks of
 * mixed sizes, free some, keep some, and swap some through a table all threads share, so that many
 * blocks are freed by another thread than the one that made them, often after that one has exited.
 * Between the phases the main thread frees a part of the table. The work is fixed. An operation is one
 * malloc or one free.
 */
#include "bench.h"
#include <pthread.h>
#include <stdatomic.h>

enum { n_table = 4096 };

struct worker {
	_Alignas(128) pthread_t thread;
	uint64_t rng;
	uint64_t n_ops;
	void **kept;		/* n_live slots */
};

static _Atomic(uint64_t *) table[n_table];
static size_t n_live, n_steps;

/* A block of 16 B to 2 KiB mostly, now and then up to 64 KiB; its first word proves who wrote it. */
static uint64_t *make_block(struct worker *w)
{
	uint64_t r = bench_rand64(&w->rng);
	size_t size = 16 + (r >> 40) % ((r & 0x3f) == 0 ? 65536 : (size_t)64 << (r & 0xff) % 6);
	uint64_t *p = malloc(size);

	if (!p)
		abort();
	p[0] = (uint64_t)(uintptr_t)p ^ 0x5a5a;
	p[1] = size;
	w->n_ops++;
	return p;
}

static void drop_block(struct worker *w, uint64_t *p)
{
	if (!p)
		return;
	if (p[0] != ((uint64_t)(uintptr_t)p ^ 0x5a5a)) {
		fputs("mstress: a block was overwritten\n", stderr);
		abort();
	}
	p[0] = 0;
	free(p);
	w->n_ops++;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	for (size_t i = 0; i < n_steps; i++) {
		uint64_t r = bench_rand64(&w->rng);
		size_t slot = (r >> 32) % n_live;

		drop_block(w, w->kept[slot]);
		w->kept[slot] = make_block(w);
		/* A quarter of the steps swap a block with the table. */
		if ((r & 3) == 0)
			w->kept[slot] = atomic_exchange_explicit(&table[(r >> 8) % n_table], w->kept[slot],
								 memory_order_acq_rel);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct bench b;
	size_t n_threads, n_phases;
	uint64_t seed, n_ops = 0;
	struct worker *w;

	bench_init(&b, "mstress", "[threads phases steps live seed]", argc, argv);
	n_threads = bench_num(&b, 1, 4, 1, 4096);
	n_phases = bench_num(&b, 2, 50, 1, UINT32_MAX);
	n_steps = bench_num(&b, 3, 50000, 1, UINT32_MAX);
	n_live = bench_num(&b, 4, 2000, 1, UINT32_MAX);
	seed = bench_num(&b, 5, 1, 0, UINT64_MAX);
	bench_args_end(&b, 5);
	w = bench_map(&b, n_threads * sizeof(*w));
	for (size_t t = 0; t < n_threads; t++) {
		w[t].rng = bench_seed64(seed + t);
		w[t].kept = bench_map(&b, n_live * sizeof(*w[t].kept));
	}

	bench_start(&b);
	for (size_t f = 0; f < n_phases; f++) {
		for (size_t t = 0; t < n_threads; t++)
			if (pthread_create(&w[t].thread, NULL, work, &w[t]))
				bench_die(&b, "cannot create thread %zu", t);
		for (size_t t = 0; t < n_threads; t++)
			pthread_join(w[t].thread, NULL);
		for (size_t i = f % 4; i < n_table; i += 4)
			drop_block(&w[0], atomic_exchange(&table[i], NULL));
	}
	for (size_t t = 0; t < n_threads; t++)
		for (size_t i = 0; i < n_live; i++)
			drop_block(&w[t], w[t].kept[i]);
	for (size_t i = 0; i < n_table; i++)
		drop_block(&w[0], table[i]);
	bench_stop(&b);
	for (size_t t = 0; t < n_threads; t++)
		n_ops += w[t].n_ops;
	bench_report(&b, n_ops, ",\"threads\":%zu,\"phases\":%zu", n_threads, n_phases);
	return 0;
}
