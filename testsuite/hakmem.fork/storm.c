/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 180 */
/*
 * 3,000 forks amid churning threads. Each child allocates; some free what the parent allocated, some
 * start threads, some fork on. None hangs.
 */
#include "child.h"

#define N_CHURN 5
#define N_AT_ONCE 6
#define N_FORKS 3000

static void *of_parent[500];

static void child(size_t number)
{
	pid_t grandchild;
	size_t i;

	alarm(CHILD_SECONDS);
	use_heap(number);
	if (number % 3 == 0) {
		for (i = 0; i < N_OF(of_parent); i++) {
			CHECK(filled(of_parent[i], i + 20, i) == i + 20,
			      "a parent's block changed in its child");
			free(of_parent[i]);
		}
		/* Blocks of threads that do not exist here. */
		for (i = 0; i < N_OF(shared); i++)
			free(__atomic_exchange_n(&shared[i], NULL, __ATOMIC_RELAXED));
	}
	if (number % 8 == 1)
		use_threads(3);
	if (number % 8 == 2) {
		grandchild = fork();
		if (grandchild == 0) {
			alarm(CHILD_SECONDS);
			use_heap(number + 1);
			use_threads(1);
			_exit(0);
		}
		wait_child(grandchild);
	}
	use_heap(number + 2);
	if (number % 2)
		exit(0);
	_exit(0);
}

int main(int argc, char **argv)
{
	size_t n_forks = arg(argc, argv, 1, N_FORKS), i; /* at least N_AT_ONCE */
	pthread_t threads[N_CHURN];
	pid_t pids[N_AT_ONCE];

	for (i = 0; i < N_OF(of_parent); i++) {
		of_parent[i] = malloc(i + 20);
		CHECK(of_parent[i]);
		fill(of_parent[i], i + 20, i);
	}
	start_churn(threads, N_CHURN);
	for (i = 0; i < n_forks; i++) {
		if (i >= N_AT_ONCE)
			wait_child(pids[i % N_AT_ONCE]);
		pids[i % N_AT_ONCE] = fork();
		if (pids[i % N_AT_ONCE] == 0)
			child(i);
	}
	for (i = 0; i < N_AT_ONCE; i++)
		wait_child(pids[i]);
	stop_churn(threads, N_CHURN);
	for (i = 0; i < N_OF(of_parent); i++) {
		CHECK(filled(of_parent[i], i + 20, i) == i + 20, "a child's write reached its parent");
		free(of_parent[i]);
	}
	return 0;
}
