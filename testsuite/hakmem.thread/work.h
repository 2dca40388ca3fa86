/* SPDX-License-Identifier: MIT */
/* What the thread tests share: threads started and joined with checks, on stacks of a given size. */
#ifndef WORK_H
#define WORK_H
#include "check.h"
#include <pthread.h>
#include <sched.h>

UNUSED static pthread_t start(void *(*run)(void *), void *arg_)
{
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, run, arg_) == 0);
	return thread;
}

UNUSED static pthread_t start_small(void *(*run)(void *), void *arg_, size_t stack_size)
{
	pthread_attr_t attr;
	pthread_t thread;
	int error;

	if (stack_size < (size_t)sysconf(_SC_THREAD_STACK_MIN)) /* 128 KiB on some machines */
		stack_size = (size_t)sysconf(_SC_THREAD_STACK_MIN);
	pthread_attr_init(&attr);
	CHECK(pthread_attr_setstacksize(&attr, stack_size) == 0);
	error = pthread_create(&thread, &attr, run, arg_);
	CHECK(error == 0, "pthread_create: %s", strerror(error));
	pthread_attr_destroy(&attr);
	return thread;
}

/* Blocks of 16 bytes to 16 KiB, as many small as large ones, come and go. */
UNUSED static void replace_blocks(void **blocks, size_t n_blocks, size_t n_steps, uint64_t random)
{
	while (n_steps-- > 0) {
		size_t k = rnd(&random) % n_blocks, n = (size_t)16 << (rnd(&random) >> 20) % 10;

		free(blocks[k]);
		n += (rnd(&random) >> 20) % n;
		blocks[k] = malloc(n);
		CHECK(blocks[k]);
		memset(blocks[k], 1, n);
	}
}

/* Blocks on their way from one thread to another: a bounded ring, one producer, one consumer. */
#define RING_SIZE 4096

struct ring {
	unsigned long n_in __attribute__((aligned(64)));
	unsigned long n_out __attribute__((aligned(64)));
	struct {
		void *p;
		size_t n;
	} slots[RING_SIZE];
};

UNUSED static int ring_put(struct ring *ring, void *p, size_t n)
{
	unsigned long at = ring->n_in;

	if (at - __atomic_load_n(&ring->n_out, __ATOMIC_ACQUIRE) == RING_SIZE)
		return 0;
	ring->slots[at % RING_SIZE].p = p;
	ring->slots[at % RING_SIZE].n = n;
	__atomic_store_n(&ring->n_in, at + 1, __ATOMIC_RELEASE);
	return 1;
}

UNUSED static void *ring_get(struct ring *ring, size_t *n)
{
	unsigned long at = ring->n_out;
	void *p;

	if (at == __atomic_load_n(&ring->n_in, __ATOMIC_ACQUIRE))
		return NULL;
	p = ring->slots[at % RING_SIZE].p;
	*n = ring->slots[at % RING_SIZE].n;
	__atomic_store_n(&ring->n_out, at + 1, __ATOMIC_RELEASE);
	return p;
}

#endif
