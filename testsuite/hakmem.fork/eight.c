/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/*
 * Eight threads churn, pass each other blocks, and fork, all at once. Each child goes on with mixed work, checks what
 * it has of its parent, forks again, and that one starts threads: no hang, no verdict.
 *
 * The first argument is how many forks there are, the second for how many ms a child works: 10000 100 is the whole of
 * it, the default a part that takes seconds.
 */
#include "child.h"

#define N_THREADS 8

static size_t n_forks, n_started;
static double child_seconds;

/* Blocks of all sizes, kept for a while; every second one meets another thread's in `shared`. */
static void mix(uint64_t random, double seconds)
{
	unsigned char *p[100] = { NULL };
	size_t n[100] = { 0 }, i, k;
	double end = now() + seconds;

	for (i = 0; i % 32 || now() < end; i++) {
		k = rnd(&random) % N_OF(p);
		if (p[k])
			CHECK(filled_thin(p[k], n[k], k) == n[k], "in process %d", (int)getpid());
		if (i % 4 == 0 && p[k]) {
			size_t n_new = rnd_size(&random, 5000), n_same = n_new < n[k] ? n_new : n[k];

			p[k] = realloc(p[k], n_new);
			CHECK(p[k] && filled_thin(p[k], n_same, k) == n_same);
			n[k] = n_new;
		} else {
			free(p[k]);
			n[k] = rnd_size(&random, i % 16 ? 3000 : i % 128 ? 100000 : MIB(1));
			p[k] = malloc(n[k]);
			CHECK(p[k]);
		}
		fill_thin(p[k], n[k], k);
		if (i % 2)
			free(__atomic_exchange_n(&shared[rnd(&random) % N_OF(shared)], calloc(1, n[k] % 900 + 1),
						 __ATOMIC_ACQ_REL));
	}
	for (k = 0; k < N_OF(p); k++)
		free(p[k]);
}

static void be_grandchild(uint64_t random)
{
	alarm(CHILD_SECONDS);
	mix(random, child_seconds / 2);
	if (random % 4 == 0)
		use_threads(2);
	mix(random + 1, child_seconds / 2);
	_exit(0);
}

static void be_child(uint64_t random)
{
	pid_t child;

	alarm(CHILD_SECONDS);
	mix(random, child_seconds / 2);
	child = fork();
	if (child == 0)
		be_grandchild(random + 1);
	wait_child(child);
	mix(random + 2, child_seconds / 2);
	if (random % 16 == 0)
		exit(0);
	_exit(0);
}

static void *churn_and_fork(void *arg_)
{
	uint64_t random = (size_t)arg_ * 1000 + 1;
	size_t mine;

	while ((mine = __atomic_add_fetch(&n_started, 1, __ATOMIC_RELAXED)) <= n_forks) {
		pid_t child;

		mix(random++, 0.002);
		child = fork();
		if (child == 0)
			be_child(mine);
		wait_child(child);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[N_THREADS];
	size_t i;

	n_forks = arg(argc, argv, 1, 500);
	child_seconds = (double)arg(argc, argv, 2, 4) / 1e3;
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, churn_and_fork, (void *)i) == 0);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
