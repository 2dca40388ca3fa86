/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 90 */
/*
 * A handler allocates and frees, in other classes of slabs and everything larger, at one instruction after another of
 * calls that the cache cannot serve: no wait for oneself, no verdict, no block with two owners.
 */
#include "steps.h"
#include <sys/wait.h>

#define N_STOPS 24

enum { ALLOCATE, RELEASE, RESIZE };

static const struct {
	int what;
	size_t size, size_later;
} works[] = {
	{ ALLOCATE, 700, 0 },	 { ALLOCATE, 7000, 0 },	  { ALLOCATE, 40000, 0 },
	{ ALLOCATE, 200000, 0 }, { ALLOCATE, MIB(5), 0 }, { RELEASE, 200000, 0 },
	{ RELEASE, MIB(5), 0 },	 { RESIZE, 200000, 260000 }, { RESIZE, MIB(5), MIB(9) },
};

static size_t which;
static unsigned char *block;

static struct {
	unsigned char *p;
	size_t n;
} of_handler[27];

/* Contents of the first part, or these hundreds of processes would write for long. */
static void mark(unsigned char *p, size_t n, size_t seed)
{
	fill_thin(p, n < KIB(64) ? n : KIB(64), seed);
}

static int is_marked(const unsigned char *p, size_t n, size_t seed)
{
	n = n < KIB(64) ? n : KIB(64);
	return filled_thin(p, n, seed) == n;
}

static void work(void)
{
	if (works[which].what == ALLOCATE)
		block = malloc(works[which].size);
	else if (works[which].what == RELEASE)
		free(block);
	else
		block = realloc(block, works[which].size_later);
}

static size_t size_in_handler(size_t i)
{
	static const size_t sizes[] = { 48, 1500, 3000, 30000, 60000, 100000, 300000, MIB(2), MIB(5) };

	return sizes[i % N_OF(sizes)] + i;
}

static void replace(size_t i)
{
	if (of_handler[i].p)
		CHECK(is_marked(of_handler[i].p, of_handler[i].n, i));
	free(of_handler[i].p);
	of_handler[i].n = size_in_handler(i + (of_handler[i].p != NULL));
	of_handler[i].p = malloc(of_handler[i].n);
	CHECK(of_handler[i].p);
	mark(of_handler[i].p, of_handler[i].n, i);
}

static void handler(void)
{
	size_t i;

	for (i = 0; i < N_OF(of_handler); i++)
		replace(i);
	for (i = 0; i < N_OF(of_handler); i += 2) {
		free(of_handler[i].p);
		of_handler[i].p = NULL;
	}
}

/* In a process of its own, so that each stop meets the same heap. False when the work is shorter than that. */
static int stop_once(size_t stop)
{
	pid_t child = fork();
	size_t n = works[which].what == RESIZE ? works[which].size_later : works[which].size, i;
	int status, is_within;

	CHECK(child >= 0);
	if (child == 0) {
		alarm(20);
		if (works[which].what != ALLOCATE) {
			CHECK((block = malloc(works[which].size)));
			mark(block, works[which].size, 99);
		}
		is_within = run_stopped(work, stop, handler);
		if (works[which].what != RELEASE) {
			CHECK(block);
			if (works[which].what == RESIZE)
				CHECK(is_marked(block, works[which].size, 99));
			mark(block, n, 5);
		}
		for (i = 0; i < N_OF(of_handler); i++)
			replace(i);
		CHECK(works[which].what == RELEASE || is_marked(block, n, 5));
		for (i = 0; i < N_OF(of_handler); i++)
			CHECK(is_marked(of_handler[i].p, of_handler[i].n, i));
		_exit(is_within ? 0 : 42);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(status == 0 || status == 42 << 8, "work %zu, instruction %zu: wait status %#x", which, stop,
	      (unsigned)status);
	return status == 0;
}

int main(void)
{
	size_t most, stop, n_stops = 0, i;

	for (i = 0; i < N_OF(of_handler); i++)
		replace(i);
	for (which = 0; which < N_OF(works); which++) {
		/* How long is it? Then the stops are spread over it. */
		for (most = 32; most < 8000 && stop_once(most); most += most / 2)
			n_stops++;
		for (stop = 0; stop < most; stop += 1 + most / N_STOPS)
			n_stops += (size_t)stop_once(stop);
	}
	printf("%zu stops\n", n_stops);
	CHECK(n_stops > N_OF(works) * 10);
	return 0;
}
