/* SPDX-License-Identifier: MIT */
/* A child forked while another thread held the pool of heaps abandons the pool: a block of a heap that was warm in the
 * parent leads nobody there, neither to the heap nor to the links that it had in the old lists. */
#include "unit.h"
#include "thread/heap.c"

#include <hakmem.h>
#include <pthread.h>
#include <sys/wait.h>

#define N 6

static void *blocks[N];
static pthread_barrier_t all_here;

static void *allocate(void *arg)
{
	CHECK((*(void **)arg = hakmem_malloc(100)));
	pthread_barrier_wait(&all_here);
	return NULL;
}

static void *free_first(void *p)
{
	hakmem_free(p);
	return NULL;
}

static void *do_nothing(void *arg)
{
	hakmem_free(hakmem_malloc(100));
	return arg;
}

static void run(void *(*what)(void *), void *arg)
{
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, what, arg) == 0);
	pthread_join(thread, NULL);
}

/* How many heaps are in the list: it must come back to where it began. */
static unsigned count(const struct hak_link *head)
{
	unsigned n = 0;

	for (const struct hak_link *l = head->next; l != head; l = l->next) {
		CHECK(l->next->prev == l);
		CHECK(++n < 2 * N, "it has no end");
	}
	return n;
}

static void check_pool(void)
{
	CHECK(count(&warm) == n_warm, "%u warm heaps, not %u", count(&warm), n_warm);
	CHECK(count(&orphans) == n_orphans, "%u orphans, not %u", count(&orphans), n_orphans);
	count(&spares);
}

static void check_child(void)
{
	alarm(60);
	run(do_nothing, NULL);
	check_pool();
	for (size_t i = 0; i < N; i++) {
		/* In an order of its own, so that what was linked before and behind is there still. */
		run(free_first, blocks[i * 5 % N]);
		check_pool();
	}
	hak_thread_cool(true);
	check_pool();
}

int main(void)
{
	pthread_t threads[N];
	int status;
	pid_t pid;

	CHECK(pthread_barrier_init(&all_here, NULL, N) == 0);
	for (size_t i = 0; i < N; i++)
		CHECK(pthread_create(&threads[i], NULL, allocate, &blocks[i]) == 0);
	for (size_t i = 0; i < N; i++)
		pthread_join(threads[i], NULL);
	CHECK(n_warm == N, "%u are warm", n_warm);
	take_pool_lock();
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		check_child();
		_exit(0);
	}
	hak_lock_give(&pool_lock);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(status == 0, "status %d", status);
	run(do_nothing, NULL);
	check_pool();
	return 0;
}
