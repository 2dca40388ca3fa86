/* SPDX-License-Identifier: MIT */
/* Threads that allocate nothing any more do not count where the budget for caches is shared; what they hold does. */
#include <pthread.h>
#include "unit.h"
#include "hakmem.h"
#include "os/clock.h"
#include "thread/heap.h"
#include "thread/thread.h"

enum { N_IDLE = 20, N_BLOCKS = 4000 };

static pthread_barrier_t begun, ended;

static void churn(size_t size)
{
	static __thread void *blocks[N_BLOCKS];

	for (unsigned i = 0; i < N_BLOCKS; i++)
		CHECK((blocks[i] = hakmem_malloc(size)) != NULL);
	for (unsigned i = 0; i < N_BLOCKS; i++)
		hakmem_free(blocks[i]);
}

static void *idle(void *arg)
{
	churn(64);
	pthread_barrier_wait(&begun);
	pthread_barrier_wait(&ended);
	return arg;
}

int main(void)
{
	pthread_t threads[N_IDLE];
	uint64_t start;

	pthread_barrier_init(&begun, NULL, N_IDLE + 1);
	pthread_barrier_init(&ended, NULL, N_IDLE + 1);
	for (unsigned i = 0; i < N_IDLE; i++)
		CHECK(pthread_create(&threads[i], NULL, idle, NULL) == 0);
	pthread_barrier_wait(&begun);
	churn(64);
	CHECK(hak_thread_me.cache->n_most <= HAK_BUDGET_ONE / 2, "all count at first");
	for (start = hak_os_now(); hak_os_now() - start < 2500;)
		for (size_t size = 16; size < 1024; size += 16)
			churn(size);
	CHECK(hak_thread_me.cache->n_most >= HAK_BUDGET_ONE / 2, "%zu", (size_t)hak_thread_me.cache->n_most);
	CHECK(hak_cache_claimed < 2 * HAK_BUDGET_ONE + (N_IDLE + 1) * (HAK_BUDGET_LEAST + HAK_BUDGET_EARNED));
	pthread_barrier_wait(&ended);
	for (unsigned i = 0; i < N_IDLE; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	return 0;
}
