/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/* Four threads fork at once, amid others that churn; the children's only thread was not the main one. */
#include "child.h"

#define N_CHURN 3
#define N_FORKERS 4

static void *forker(void *arg_)
{
	size_t me = (size_t)arg_, i;
	void *mine = malloc(1000);

	CHECK(mine);
	fill(mine, 1000, me);
	for (i = 0; i < 150; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			alarm(CHILD_SECONDS);
			CHECK(filled(mine, 1000, me) == 1000);
			free(mine);
			use_heap(i);
			if (i % 5 == 0)
				use_threads(2);
			_exit(0);
		}
		wait_child(pid);
	}
	free(mine);
	return NULL;
}

int main(void)
{
	pthread_t churners[N_CHURN], forkers[N_FORKERS];
	size_t i;

	start_churn(churners, N_CHURN);
	for (i = 0; i < N_FORKERS; i++)
		CHECK(pthread_create(&forkers[i], NULL, forker, (void *)i) == 0);
	for (i = 0; i < N_FORKERS; i++)
		pthread_join(forkers[i], NULL);
	stop_churn(churners, N_CHURN);
	return 0;
}
