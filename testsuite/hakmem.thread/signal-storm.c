/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-args: 2 */
/* Signals whose handlers do not allocate rain on allocating threads: contents stay whole. */
#include "work.h"
#include <signal.h>

static double end;
static volatile sig_atomic_t n_signals;

static void handler(int number)
{
	(void)number;
	n_signals++;
}

static void *work(void *arg_)
{
	uint64_t random = (size_t)arg_ + 1;
	void *p[200] = { NULL };
	size_t n[200] = { 0 }, k;
	unsigned long i;

	for (i = 0; i % 512 || now() < end; i++) {
		k = rnd(&random) % N_OF(p);
		if (p[k])
			CHECK(filled_thin(p[k], n[k], k) == n[k]);
		free(p[k]);
		n[k] = rnd_size(&random, 3000);
		p[k] = malloc(n[k]);
		CHECK(p[k]);
		fill_thin(p[k], n[k], k);
	}
	for (k = 0; k < N_OF(p); k++)
		free(p[k]);
	return NULL;
}

int main(int argc, char **argv)
{
	struct sigaction action;
	pthread_t threads[3];
	size_t i;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = SA_RESTART;
	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	end = now() + (double)arg(argc, argv, 1, 2);
	for (i = 0; i < N_OF(threads); i++)
		threads[i] = start(work, (void *)i);
	while (now() < end - 0.2)
		for (i = 0; i < N_OF(threads); i++)
			pthread_kill(threads[i], SIGUSR1);
	for (i = 0; i < N_OF(threads); i++)
		pthread_join(threads[i], NULL);
	CHECK(n_signals > 0);
	return 0;
}
