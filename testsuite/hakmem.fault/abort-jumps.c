/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): (pointer inside a block|misaligned pointer|double free) */
/* A program that jumps out of its SIGABRT handler, as test frames do, is told of each fault again, soon, and its
 * heap is as good as before. */
#include "check.h"
#include <pthread.h>
#include <setjmp.h>

static sigjmp_buf out;

static void handler(int number)
{
	(void)number;
	siglongjmp(out, 1);
}

static void err(char *p, int kind)
{
	if (kind == 0)
		free(hide(p + 1));
	else if (kind == 1)
		free(hide(p + 16));
	else
		free(hide(p));
}

static void *work(void *unused)
{
	static void *blocks[2000];
	size_t i;

	for (i = 0; i < N_OF(blocks); i++)
		CHECK(blocks[i] = malloc(tier_sizes[i % N_OF(tier_sizes)] % 100000));
	for (i = 0; i < N_OF(blocks); i++)
		free(blocks[i]);
	malloc_trim(0);
	return unused;
}

int main(void)
{
	static volatile int fault, n_told;
	pthread_t thread;

	signal(SIGABRT, handler);
	for (fault = 0; fault < 30; fault++) {
		char *p = hide(malloc(200));
		double start = now();

		CHECK(p);
		if (fault % 3 == 2)
			free(p);
		if (!sigsetjmp(out, 1))
			err(hide(p), fault % 3);
		else
			n_told++;
		CHECK(now() - start < 3, "fault %d: %.1f s", fault, now() - start);
		CHECK(n_told == fault + 1, "fault %d was not told of", fault);
		work(NULL);
		CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
		pthread_join(thread, NULL);
	}
	return 0;
}
