/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/* Children of _Fork() and of the bare clone system call, which run no atfork handler, allocate. */
#include "child.h"

#define N_CHURN 3

int main(void)
{
	pthread_t threads[N_CHURN];
	void *of_parent = malloc(500);
	size_t i;

	CHECK(of_parent);
	fill(of_parent, 500, 1);
	start_churn(threads, N_CHURN);
	for (i = 0; i < 500; i++) {
		pid_t pid = i % 2 ? _Fork() : bare_fork();

		if (pid == 0) {
			alarm(CHILD_SECONDS);
			use_heap(i);
			CHECK(filled(of_parent, 500, 1) == 500);
			free(of_parent);
			use_heap(i);
			_exit(0);
		}
		wait_child(pid);
	}
	stop_churn(threads, N_CHURN);
	free(of_parent);
	return 0;
}
