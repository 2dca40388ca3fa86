/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/* atfork handlers that allocate, free and start threads, before the fork and after it on both sides. */
#include "child.h"

#define N_CHURN 3

static void *kept[100];

static void swap(void)
{
	size_t i;

	for (i = 0; i < N_OF(kept); i++) {
		free(kept[i]);
		kept[i] = malloc(i * 30 + 1);
		CHECK(kept[i]);
	}
	use_heap(3);
}

static void in_child(void)
{
	swap();
	use_threads(1);
}

int main(void)
{
	pthread_t threads[N_CHURN];
	size_t i;

	CHECK(pthread_atfork(swap, swap, in_child) == 0);
	CHECK(pthread_atfork(swap, swap, in_child) == 0);
	start_churn(threads, N_CHURN);
	for (i = 0; i < 300; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			alarm(CHILD_SECONDS);
			use_heap(i);
			_exit(0);
		}
		wait_child(pid);
	}
	stop_churn(threads, N_CHURN);
	return 0;
}
