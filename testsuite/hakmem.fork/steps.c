/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 90 */
/*
 * A handler forks at one instruction after another of the functions of the family, on their hit and their miss paths,
 * and both processes go on with the call: what it gives is a good block, and the heap goes on to work in both.
 */
#include "child.h"
#include "../hakmem.thread/steps.h"

#define N_STOPS 32 /* of each piece of work */

static void *given[300];
static size_t n_given, block_size;
static pid_t forked;
static int must_free;

/* One malloc that the cache can serve, and one that it cannot; or the frees. */
static void work(void)
{
	size_t i;

	if (must_free) {
		for (i = 0; i < n_given; i++)
			free(given[i]);
		return;
	}
	for (i = 0; i < n_given; i++)
		given[i] = malloc(block_size);
}

static void fork_here(void)
{
	forked = fork();
	CHECK(forked >= 0);
	if (forked == 0)
		alarm(CHILD_SECONDS);
}

static void check_blocks(void)
{
	size_t i;

	for (i = 0; i < n_given; i++) {
		CHECK(given[i]);
		fill_thin(given[i], block_size, i);
	}
	use_heap(block_size + 1);
	for (i = 0; i < n_given; i++)
		CHECK(filled_thin(given[i], block_size, i) == block_size, "block %zu of %zu", i, block_size);
}

/* In a process of its own, so that each stop meets the same heap. False when the work is shorter than that. */
static int stop_once(size_t stop)
{
	pid_t child = fork();
	int status, was_within;

	CHECK(child >= 0);
	if (child == 0) {
		alarm(CHILD_SECONDS);
		if (must_free) {
			must_free = 0;
			work();
			must_free = 1;
		}
		was_within = run_stopped(work, stop, fork_here);
		if (must_free)
			n_given = 0;
		check_blocks();
		if (forked == 0 && was_within)
			_exit(0);
		if (was_within)
			wait_child(forked);
		_exit(was_within ? 0 : 42);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(status == 0 || status == 42 << 8, "%s of %zu bytes, instruction %zu: wait status %#x",
	      must_free ? "free" : "malloc", block_size, stop, (unsigned)status);
	return status == 0;
}

int main(void)
{
	static const struct {
		size_t size, n;
	} kinds[] = { { 48, 300 }, { 2000, 40 }, { 20000, 8 }, { 100000, 4 }, { MIB(3), 2 } };
	size_t i, most, stop, n_stops = 0;

	use_heap(1);
	for (i = 0; i < N_OF(kinds) * 2; i++) {
		must_free = i % 2 == 1;
		block_size = kinds[i / 2].size;
		n_given = kinds[i / 2].n;
		/* How long is it? Then the stops are spread over it, closer at its start. */
		for (most = 64; most < 6000 && stop_once(most); most += most / 2)
			n_stops++;
		for (stop = 0; stop < most; stop += stop < 20 ? 1 : 1 + most / (N_STOPS - 20))
			n_stops += (size_t)stop_once(stop);
	}
	printf("%zu stops\n", n_stops);
	CHECK(n_stops > N_OF(kinds) * N_STOPS);
	return 0;
}
