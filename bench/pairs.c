/* SPDX-License-Identifier: MIT */
/*
 * pairs: N pairs of one malloc and one free, for counting instructions. Run it under a counter (callgrind,
 * perf stat) with N and with 2 N: the difference divided by N is the cost of a pair, loop and calls
 * through the PLT included, start-up and first use excluded.
 *   hot       malloc(64), free
 *   hot100k   malloc(100000), free
 *   batch64   64 times malloc(64), then 64 frees in the same order
 *   batch1k   the same with malloc(1024)
 *   mixed1k   free of a random one of 1,024 live blocks, malloc of 16 to 1,039 B in its place
 *   mixed32k  the same with 16 B to 32 KiB
 *   sized     malloc(64), free_sized
 *   new       operator new(64), sized operator delete
 * The last two need an allocator that has these functions: the exit code is 3 if it does not.
 */
#include "bench.h"

enum { n_live = 1024, n_batch = 64 };

/* Weak: they come from the preloaded allocator, if it has them. */
void free_sized(void *p, size_t size) __attribute__((weak));
void *new_op(size_t size) __asm__("_Znwm") __attribute__((weak));
void delete_op(void *p, size_t size) __asm__("_ZdlPvm") __attribute__((weak));

static void *slots[n_live];

static void *take(const struct bench *b, size_t size)
{
	void *p = malloc(size);

	if (!p)
		bench_die(b, "out of memory");
	return p;
}

static void run_hot(uint64_t n, size_t size)
{
	for (uint64_t i = 0; i < n; i++) {
		void *p = malloc(size);

		bench_keep(p);
		free(p);
	}
}

static void run_batch(uint64_t n, size_t size)
{
	for (uint64_t i = 0; i < n; i += n_batch) {
		for (int k = 0; k < n_batch; k++)
			slots[k] = malloc(size);
		for (int k = 0; k < n_batch; k++)
			free(slots[k]);
	}
}

/* One draw a pair: its upper 10 bits are the slot, its lower 16 the size, min + [0, span). */
static void run_mixed(const struct bench *b, uint64_t n, size_t min, size_t span)
{
	uint32_t rng = 1234567;

	for (size_t k = 0; k < n_live; k++)
		slots[k] = take(b, min + (((bench_rand32(&rng) & 0xffff) * span) >> 16));
	for (uint64_t i = 0; i < n; i++) {
		uint32_t r = bench_rand32(&rng);
		unsigned char *p;

		free(slots[r >> 22]);
		p = malloc(min + (((r & 0xffff) * span) >> 16));
		*p = 1;
		slots[r >> 22] = p;
	}
}

static void run_sized(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		void *p = malloc(64);

		bench_keep(p);
		free_sized(p, 64);
	}
}

static void run_new(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		void *p = new_op(64);

		bench_keep(p);
		delete_op(p, 64);
	}
}

int main(int argc, char **argv)
{
	struct bench b;
	const char *mode;
	uint64_t n;

	bench_init(&b, "pairs", "hot|hot100k|batch64|batch1k|mixed1k|mixed32k|sized|new [pairs]", argc, argv);
	mode = bench_word(&b, 1, "hot");
	n = bench_num(&b, 2, 100000, 1, UINT64_MAX);
	bench_args_end(&b, 2);
	n = (n + n_batch - 1) / n_batch * n_batch;

	bench_start(&b);
	if (strcmp(mode, "hot") == 0)
		run_hot(n, 64);
	else if (strcmp(mode, "hot100k") == 0)
		run_hot(n, 100000);
	else if (strcmp(mode, "batch64") == 0)
		run_batch(n, 64);
	else if (strcmp(mode, "batch1k") == 0)
		run_batch(n, 1024);
	else if (strcmp(mode, "mixed1k") == 0)
		run_mixed(&b, n, 16, 1024);
	else if (strcmp(mode, "mixed32k") == 0)
		run_mixed(&b, n, 16, 32768 - 15);
	else if (strcmp(mode, "sized") == 0 && free_sized)
		run_sized(n);
	else if (strcmp(mode, "new") == 0 && new_op && delete_op)
		run_new(n);
	else if (strcmp(mode, "sized") == 0 || strcmp(mode, "new") == 0)
		return fputs("pairs: this allocator has no such functions\n", stderr), 3;
	else
		bench_usage(&b);
	bench_stop(&b);
	bench_report(&b, n, ",\"mode\":\"%s\"", mode);
	return 0;
}
