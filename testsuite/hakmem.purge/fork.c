/* SPDX-License-Identifier: MIT */
/* hak-plain: measures time */
/* hak-link: preload */
/* hak-conf: purge_delay:10,purge_thread:on */
/* hak-timeout: 180 */
/*
 * 10,000 forks while the purge thread works, on what the main thread and another one free all the time. Each child uses
 * its heap; some trim theirs, some live for a while.
 */
#include "purge.h"
#include <signal.h>

#define N_FORKS 10000
#define N_AT_ONCE 4
#define N_BLOCKS 400

static int must_stop;

/* Keeps something to purge coming: slabs with holes, empty slabs, runs. */
static void use(void **blocks, uint64_t *random, size_t n)
{
	size_t i, k, size;

	for (i = 0; i < n; i++) {
		k = rnd(random) % N_BLOCKS;
		free(blocks[k]);
		size = rnd_size(random, i % 16 ? 9000 : 200000);
		blocks[k] = malloc(size);
		CHECK(blocks[k]);
		memset(blocks[k], 1, size < 5000 ? size : 5000);
	}
}

static void *work(void *arg_)
{
	void *blocks[N_BLOCKS] = { NULL };
	uint64_t random = (size_t)arg_;

	while (!__atomic_load_n(&must_stop, __ATOMIC_RELAXED)) {
		use(blocks, &random, 300);
		usleep(1000);
	}
	for (size_t i = 0; i < N_BLOCKS; i++)
		free(blocks[i]);
	return NULL;
}

static void child(void **blocks, size_t number)
{
	uint64_t random = number + 1;

	alarm(60);
	use(blocks, &random, 40);
	if (number % 16 == 1)
		malloc_trim(0);
	if (number % 128 == 2) {
		use(blocks, &random, 3000);
		usleep(60000);
		use(blocks, &random, 100);
	}
	_exit(0);
}

static void reap(pid_t child)
{
	int status;

	CHECK(child > 0, "fork");
	while (waitpid(child, &status, 0) != child)
		CHECK(errno == EINTR);
	CHECK(status == 0, "child %d: wait status %#x", (int)child, (unsigned)status);
}

int main(int argc, char **argv)
{
	static void *blocks[N_BLOCKS];
	size_t n_forks = arg(argc, argv, 1, N_FORKS), i;
	pid_t pids[N_AT_ONCE] = { 0 };
	uint64_t random = 99;
	pthread_t thread;

	use(blocks, &random, 20000);
	CHECK(pthread_create(&thread, NULL, work, (void *)5) == 0);
	for (i = 0; i < n_forks; i++) {
		if (i >= N_AT_ONCE)
			reap(pids[i % N_AT_ONCE]);
		use(blocks, &random, 20);
		pids[i % N_AT_ONCE] = fork();
		if (pids[i % N_AT_ONCE] == 0)
			child(blocks, i);
	}
	for (i = 0; i < N_AT_ONCE; i++)
		reap(pids[i]);
	__atomic_store_n(&must_stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	return 0;
}
