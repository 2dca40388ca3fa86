/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/*
 * A thread frees blocks and sleeps; their memory goes back, another thread gets the same addresses anew and ends; then
 * the first thread, the second time rightly, frees the block that the other one left it. Nobody is to call that a
 * double free, for any of its blocks, whatever was emptied or handed over meanwhile.
 */
#include "work.h"

#define N 128
#define N_OTHERS 400
#define N_ROUNDS 12

static void *first_blocks[N], *left[N];
static size_t n_left, size;
static pthread_barrier_t turn;

static void *sleeper(void *unused)
{
	static void *more[3000];
	size_t i;

	for (i = 0; i < N; i++) {
		first_blocks[i] = malloc(size);
		CHECK(first_blocks[i]);
		memset(first_blocks[i], 1, size);
	}
	for (i = 0; i < N; i++)
		free(first_blocks[i]);
	pthread_barrier_wait(&turn); /* sleeps */
	pthread_barrier_wait(&turn);
	for (i = 0; i < N_OF(more); i++)
		CHECK((more[i] = malloc(size * 2)));
	for (i = n_left; i > 0; i--)
		free(left[i - 1]);
	for (i = 0; i < N_OF(more); i++)
		free(more[i]);
	return unused;
}

static int is_first_block(const void *p)
{
	size_t i;

	for (i = 0; i < N; i++)
		if (first_blocks[i] == p)
			return 1;
	return 0;
}

static void *other(void *unused)
{
	void *p[N_OTHERS];
	size_t i;

	for (i = 0; i < N_OTHERS; i++) {
		p[i] = malloc(size);
		CHECK(p[i]);
		memset(p[i], 2, size);
		if (n_left < N && is_first_block(p[i])) {
			left[n_left++] = p[i];
			p[i] = NULL;
		}
	}
	for (i = 0; i < N_OTHERS; i++)
		free(p[i]);
	return unused;
}

int main(void)
{
	size_t round;

	pthread_barrier_init(&turn, NULL, 2);
	for (round = 0; round < N_ROUNDS; round++) {
		pthread_t thread;

		size = (size_t[]){ 1024, 512, 256, 2000 }[round % 4];
		n_left = 0;
		thread = start(sleeper, NULL);
		pthread_barrier_wait(&turn);
		usleep(round < 4 ? 200000 : 20000); /* it sleeps, for anybody who looks */
		malloc_trim(0);
		pthread_join(start(other, NULL), NULL);
		malloc_trim(0);
		pthread_barrier_wait(&turn);
		pthread_join(thread, NULL);
	}
	return 0;
}
