/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: purge_lazy:true,purge_delay:10,purge_thread:on */
/* While one thread has memory purged that was lazily freed before, another one's checks find everything in order. */
#include "purge.h"
#include <hakmem.h>
#include <pthread.h>

#define N 100

static int must_stop;

static void *check(void *arg)
{
	while (!__atomic_load_n(&must_stop, __ATOMIC_RELAXED))
		CHECK(hakmem_check() == 0);
	return arg;
}

int main(void)
{
	double end = now() + 4;
	pthread_t thread;
	size_t n = 0;

	CHECK(pthread_create(&thread, NULL, check, NULL) == 0);
	while (now() < end) {
		unsigned char *blocks[N];
		struct hakmem_stats s;
		size_t i;

		for (i = 0; i < N; i++) {
			CHECK((blocks[i] = malloc(300000)));
			memset(blocks[i], 0xff, 300000);
		}
		for (i = 0; i < N; i++)
			free(blocks[i]);
		be_idle(0.1);
		CHECK(hakmem_stats_get(&s, sizeof s) > 0);
		n += s.lazy > 0;
		malloc_trim(0);
	}
	__atomic_store_n(&must_stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	dprintf(1, "lazy %zu times\n", n);
	if (n == 0)
		UNSUPPORTED_BECAUSE("this kernel frees nothing lazily now");
	return 0;
}
