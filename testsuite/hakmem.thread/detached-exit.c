/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/* The program exits while detached threads allocate, free, start and end: exit code 0, always. */
#include "work.h"
#include <signal.h>
#include <sys/wait.h>

static void *churn(void *arg_)
{
	uint64_t random = (size_t)arg_;
	void *p[30] = { NULL };
	pthread_attr_t attr;
	pthread_t thread;
	size_t i;

	for (i = 0; i < 3000; i++) {
		size_t k = rnd(&random) % N_OF(p);

		free(p[k]);
		p[k] = malloc(rnd_size(&random, 30000));
	}
	for (i = 0; i < N_OF(p); i++)
		free(p[i]);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_create(&thread, &attr, churn, (void *)(size_t)rnd(&random));
	return NULL;
}

int main(void)
{
	size_t round, i;
	int status;

	for (round = 0; round < 150; round++) {
		pid_t child = fork();

		CHECK(child >= 0);
		if (child == 0) {
			for (i = 1; i <= 6; i++)
				pthread_detach(start(churn, (void *)(round * 10 + i)));
			usleep((useconds_t)(round * 37 % 5000));
			exit(0);
		}
		CHECK(waitpid(child, &status, 0) == child);
		CHECK(status == 0, "round %zu: wait status %#x", round, (unsigned)status);
	}
	return 0;
}
