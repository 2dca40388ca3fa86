/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:hardened,on_error:report */
/* hak-opt: -O2 */
/* hak-stderr: ^hakmem: check: 0x[0-9a-f]+: write after free$ */
/* hakmem_check() tells of each freed block that was written to, wherever it is: free, held, in flight, or drawn by a thread that
 * rests. */
#include "check.h"
#include <hakmem.h>
#include <pthread.h>
#include <unistd.h>

#define N 400
#define SIZE 200

static unsigned char *block[N];
static pthread_barrier_t is_at_rest;

static void *use_and_rest(void *arg)
{
	unsigned i;

	for (i = 0; i < N; i++)
		CHECK(block[i] = malloc(SIZE));
	for (i = 0; i < N; i++)
		if (i % 10 != 0) /* else its slab may go */
			free(hide(block[i]));
	for (i = 0; i < 4 * N; i++)
		free(hide(malloc(SIZE)));
	pthread_barrier_wait(&is_at_rest);
	pause();
	return arg;
}

int main(void)
{
	pthread_t thread;
	size_t i, n_written = 0, n_told;

	pthread_barrier_init(&is_at_rest, NULL, 2);
	CHECK(pthread_create(&thread, NULL, use_and_rest, NULL) == 0);
	pthread_barrier_wait(&is_at_rest);
	CHECK(hakmem_check() == 0);
	for (i = 0; i < N; i++) {
		if (i % 10 != 0) {
			((unsigned char *)hide(block[i]))[SIZE / 2] = 1;
			n_written++;
		}
	}
	n_told = hakmem_check();
	CHECK(n_told == n_written, "%zu of %zu", n_told, n_written);
	_exit(0); /* the rest of the process would tell again */
}
