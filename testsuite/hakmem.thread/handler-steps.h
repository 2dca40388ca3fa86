/* SPDX-License-Identifier: MIT */
/*
 * What the tests of frees amid the hit paths share: a handler frees one block, or more than a cache holds, at each
 * instruction in turn of a malloc and of a free that need nothing but the cache.
 */
#ifndef HANDLER_STEPS_H
#define HANDLER_STEPS_H
#include "steps.h"

#define N 600 /* more than a cache holds */
#define SIZE 200

static void *freed_in_handler[N], *got, *given;
static size_t n_to_free;

static void allocate(void)
{
	got = malloc(SIZE);
}

static void release(void)
{
	free(given);
}

static void handler(void)
{
	size_t i;

	for (i = 0; i < n_to_free; i++)
		free(freed_in_handler[i]);
}

static int compare(const void *a, const void *b)
{
	uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;

	return (x > y) - (x < y);
}

/* All that can be had now are blocks apart from each other, and from the one that is alive. */
static void check_apart(size_t step, const char *what)
{
	static void *blocks[3 * N];
	size_t i, n = N_OF(blocks) - 1;

	for (i = 0; i < n; i++)
		CHECK((blocks[i] = malloc(SIZE)));
	blocks[n] = got;
	qsort(blocks, n + 1, sizeof(*blocks), compare);
	for (i = 0; i < n; i++)
		CHECK((uintptr_t)blocks[i] + SIZE <= (uintptr_t)blocks[i + 1], "%zu frees of %zu at step %zu of %s",
		      n_to_free, (size_t)SIZE, step, what);
	for (i = 0; i <= n; i++)
		free(blocks[i]);
}

/* Both functions at one step; false when both are shorter. */
static int run_at(size_t step, size_t handler_size)
{
	void *cached[20];
	size_t i;
	int is_within;

	for (i = 0; i < N_OF(cached); i++)
		CHECK((cached[i] = malloc(SIZE)));
	for (i = 0; i < n_to_free; i++)
		CHECK((freed_in_handler[i] = malloc(handler_size)));
	for (i = 0; i < N_OF(cached); i++)
		free(cached[i]);
	is_within = run_stopped(allocate, step, handler);
	if (!is_within)
		handler();
	CHECK(got);
	memset(got, 1, SIZE);
	check_apart(step, "malloc");
	given = malloc(SIZE);
	got = malloc(SIZE);
	CHECK(given && got);
	for (i = 0; i < n_to_free; i++)
		CHECK((freed_in_handler[i] = malloc(handler_size)));
	if (run_stopped(release, step, handler))
		is_within = 1;
	else
		handler();
	check_apart(step, "free");
	return is_within;
}

UNUSED static void check_steps(size_t handler_size)
{
	size_t k, step = 0;

	for (k = 0; k < 3; k++) {
		n_to_free = (size_t[]){ 1, 30, N }[k];
		for (step = 0; run_at(step, handler_size) && step < 120; step++)
			;
	}
	printf("%zu steps\n", step);
}

#endif
