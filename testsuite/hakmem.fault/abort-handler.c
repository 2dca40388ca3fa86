/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* A SIGABRT handler may allocate: no lock of the library is held when it aborts. */
/* hak-exit: 42 */
/* hak-timeout: 20 */
/* hak-stderr: ^hakmem: free\( */
#include "check.h"
#include <pthread.h>
#include <signal.h>

static void *blocks[N_OF(tier_sizes)];

static void *work(void *unused)
{
	size_t i;

	(void)unused;
	for (i = 0; i < N_OF(tier_sizes); i++) {
		free(blocks[i]);
		blocks[i] = malloc(tier_sizes[i]);
		CHECK(blocks[i]);
	}
	return NULL;
}

static void handler(int number)
{
	pthread_t thread;

	(void)number;
	work(NULL);
	CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
	pthread_join(thread, NULL);
	_exit(42);
}

int main(int argc, char **argv)
{
	size_t which = arg(argc, argv, 1, 64);
	char *p;

	signal(SIGABRT, handler);
	work(NULL);
	p = hide(malloc(which));
	CHECK(p);
	free(p);
	free(hide(p));
	p = hide(malloc(MIB(8)));
	free(hide(p + 4096));
	return 1;
}
