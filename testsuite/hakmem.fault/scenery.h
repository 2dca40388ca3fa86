/* SPDX-License-Identifier: MIT */
/* What all frames of the misuse tests share: a heap that is in use, a block, a thread, words of verdicts. */
#ifndef SCENERY_H
#define SCENERY_H
#include "check.h"
#include <pthread.h>
#include <regex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* What a second free may be called: large memory may be back with the system by then. */
#define DOUBLE "(double free|pointer into a free slab)"
#define DOUBLE_LARGE "(double free|pointer into a free slab|not a block of ours)"

static struct {
	unsigned char *p;
	size_t n;
} warm_blocks[60000];

/* 64 MB of mixed blocks, a third of them freed again, so that no catch is a small heap's luck. */
UNUSED static void warm(void)
{
	uint64_t random = 2024;
	size_t sum = 0, i;

	for (i = 0; i < N_OF(warm_blocks) && sum < MIB(96); i++) {
		size_t n = i % 1000 == 7 ? MIB(2) : rnd_size(&random, i % 40 ? 2000 : 70000);

		warm_blocks[i].p = (unsigned char *)malloc(n);
		warm_blocks[i].n = n;
		CHECK(warm_blocks[i].p);
		fill_thin(warm_blocks[i].p, n, i);
		sum += n;
	}
	CHECK(sum >= MIB(64));
	for (i = 0; i < N_OF(warm_blocks); i += 3) {
		free(warm_blocks[i].p);
		warm_blocks[i].p = NULL;
	}
}

/* A block of each fault's own, far from the warm ones' order: the size stays in use around it. */
UNUSED static void *block_of(size_t size)
{
	void *p = hide(malloc(size));

	CHECK(p);
	fill_thin(p, size, size);
	return p;
}

/* Runs run(arg) in a thread of its own, to its end. */
struct thread_job {
	void (*run)(void *arg);
	void *arg;
};

UNUSED static void *run_job(void *job)
{
	((struct thread_job *)job)->run(((struct thread_job *)job)->arg);
	return NULL;
}

UNUSED static void in_thread(void (*run)(void *), void *arg_)
{
	struct thread_job job = { run, arg_ };
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, run_job, &job) == 0);
	pthread_join(thread, NULL);
}

#endif
