/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: purge_delay:10 */
/* hak-args: 4 */
/* hak-timeout: 60 */
/*
 * Threads sleep for moments and allocate between, while others trim all the time and a storm of signals, whose handlers
 * sleep too, comes down on them: contents stay whole, no block is handed out twice.
 */
#include "sleep.h"
#include <signal.h>

static double end;
static volatile sig_atomic_t n_signals;

static void handler(int number)
{
	struct timespec t = { 0, 100000 };
	int saved = errno;

	(void)number;
	n_signals++;
	nanosleep(&t, NULL);
	errno = saved;
}

static void *work(void *arg_)
{
	uint64_t random = (size_t)arg_ + 1;
	void *p[150] = { NULL };
	size_t n[150] = { 0 }, k, i;

	while (now() < end) {
		size_t size = random % 3 ? 1100 : 200;

		for (i = rnd(&random) % 400; i > 0; i--) {
			k = rnd(&random) % N_OF(p);
			if (p[k])
				CHECK(filled_thin(p[k], n[k], (size_t)p[k]) == n[k]);
			free(p[k]);
			n[k] = size - rnd(&random) % 100;
			p[k] = malloc(n[k]);
			CHECK(p[k]);
			fill_thin(p[k], n[k], (size_t)p[k]);
		}
		if (rnd(&random) % 8 == 0)
			usleep((unsigned)(rnd(&random) % 3000));
		else
			syscall(SYS_nanosleep, &(struct timespec){ 0, (long)(rnd(&random) % 60000) }, NULL);
	}
	for (k = 0; k < N_OF(p); k++)
		free(p[k]);
	return NULL;
}

static void *trim(void *unused)
{
	while (now() < end)
		malloc_trim(0);
	return unused;
}

int main(int argc, char **argv)
{
	struct sigaction action;
	pthread_t threads[6], trimmer;
	uint64_t random = 1;
	size_t i;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	end = now() + (double)arg(argc, argv, 1, 4);
	for (i = 0; i < N_OF(threads); i++)
		threads[i] = start(work, (void *)i);
	trimmer = start(trim, NULL);
	while (now() < end - 0.2) {
		pthread_kill(threads[rnd(&random) % N_OF(threads)], SIGUSR1);
		usleep(50);
	}
	for (i = 0; i < N_OF(threads); i++)
		pthread_join(threads[i], NULL);
	pthread_join(trimmer, NULL);
	CHECK(n_signals > 0);
	return 0;
}
