/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: guard_sample:now */
/* hak-timeout: 120 */
/* A handler uses up what makes an idle thread miss, between two looks of malloc's hit path at the thread's cache: the block that
 * malloc finds then has the size that was asked for. */
#include "steps.h"
#include <malloc.h>

#define SIZE 1000
#define N_ROUNDS 300

static void *got;

static void allocate(void)
{
	got = malloc(SIZE);
}

static void handler(void)
{
	for (size_t k = 0; k < 60; k++)
		free(hide(malloc(k % 2 ? 300 : 10)));
}

/* The thread is idle for a moment, with something free: then it misses a few times. */
static void be_idle(size_t round)
{
	static void *blocks[400];

	for (size_t i = 0; i < N_OF(blocks); i++)
		CHECK((blocks[i] = malloc(4000 + i)) != NULL);
	for (size_t i = 0; i < N_OF(blocks); i++)
		free(blocks[i]);
	for (size_t i = 0; i < 64; i++)
		CHECK((blocks[i] = malloc(16)) != NULL);
	for (size_t i = 0; i < 64; i++)
		free(blocks[i]);
	usleep(20000);
	for (size_t i = 0; i < 4 + round % 7; i++)
		free(hide(malloc(300000)));
}

int main(void)
{
	for (size_t round = 0; round < N_ROUNDS; round++) {
		be_idle(round);
		run_stopped(allocate, 4 + round % 12, handler);
		CHECK(got && malloc_usable_size(got) >= SIZE, "round %zu: a block of %zu bytes", round, malloc_usable_size(got));
		memset(got, 1, SIZE);
		free(got);
	}
	return 0;
}
