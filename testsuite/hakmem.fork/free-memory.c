/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: shared */
/* hak-timeout: 60 */
/*
 * What eight threads of the parent freed, every second block of 128 MiB, in their caches and in slabs of all heaps, its
 * children use: a child needs at most 4 MiB of slabs for 50 MiB of such blocks, forked by the main thread or by another one, with
 * those threads at rest or long gone.
 */
#include "child.h"
#include <hakmem.h>

#define N_THREADS 8
#define ALL MIB(64)
#define PART MIB(50)
#define MOST MIB(4)

static const size_t sizes[] = { 48, 200, 1000, 3000 };
static pthread_barrier_t turn;

static size_t active(void)
{
	struct hakmem_stats s;

	CHECK(hakmem_stats_get(&s, sizeof(s)) > 0);
	return s.active;
}

static size_t size_at(size_t i)
{
	return sizes[i % N_OF(sizes)];
}

static size_t n_for(size_t bytes)
{
	return bytes / (48 + 200 + 1000 + 3000) * N_OF(sizes);
}

static void make(void **blocks, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		blocks[i] = malloc(size_at(i));
		CHECK(blocks[i]);
		memset(blocks[i], 1, size_at(i));
	}
}

static void *work(void *unused)
{
	size_t n = 2 * n_for(ALL / N_THREADS), i;
	void **blocks = malloc(n * sizeof(*blocks));

	CHECK(blocks);
	make(blocks, n);
	pthread_barrier_wait(&turn); /* all of it is there at once */
	for (i = 0; i < n; i++)
		if (i / N_OF(sizes) % 2)
			free(blocks[i]);
	pthread_barrier_wait(&turn);
	pthread_barrier_wait(&turn); /* rests, its cache as it is */
	free(blocks); /* what is left in them lives on */
	return unused;
}

/* A child that uses what is free. */
static void *check_child(void *unused)
{
	size_t n = n_for(PART), before, after;
	void **blocks = malloc(n * sizeof(*blocks));
	pid_t child = fork();

	CHECK(blocks && child >= 0);
	if (child == 0) {
		alarm(CHILD_SECONDS);
		before = active();
		make(blocks, n);
		after = active();
		CHECK(after <= before + MOST, "active from %zu to %zu, for %zu", before, after, PART);
		CHECK(hakmem_check() == 0);
		_exit(0);
	}
	wait_child(child);
	free(blocks);
	return unused;
}

int main(void)
{
	pthread_t threads[N_THREADS], forker;
	size_t i;

	pthread_barrier_init(&turn, NULL, N_THREADS + 1);
	/* So that the addresses stay, to be used again. */
	CHECK(hakmem_option_set("purge_delay", "-1") == 0);
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
	pthread_barrier_wait(&turn);
	pthread_barrier_wait(&turn);
	CHECK(active() >= ALL, "%zu", active());
	check_child(NULL);
	CHECK(pthread_create(&forker, NULL, check_child, NULL) == 0);
	pthread_join(forker, NULL);
	pthread_barrier_wait(&turn);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	check_child(NULL);
	return 0;
}
