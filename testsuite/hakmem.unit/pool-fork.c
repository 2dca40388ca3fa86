/* SPDX-License-Identifier: MIT */
/* A child forked while another thread held the pool of caches finds its lists half changed: what was warm there, or spare,
 * is salvaged and used again, whichever of the child's threads comes by first. */
#include "threads.h"
#include "thread/thread.c"
#include "places.h"

#include <sys/wait.h>

#define N 6

static void *kept[N];
static pthread_barrier_t all_here;

static void *end_warm(void *arg)
{
	void *p[300];

	for (unsigned i = 0; i < N_OF(p); i++)
		CHECK(p[i] = hakmem_malloc(100));
	*(void **)arg = p[0];
	for (unsigned i = 1; i < N_OF(p); i++)
		hakmem_free(p[i]);
	pthread_barrier_wait(&all_here);
	return NULL;
}

static void *grow(void *unused)
{
	for (unsigned i = 0; i < 3000; i++) {
		hakmem_free(hakmem_malloc(i));
		CHECK(hakmem_malloc(100));
	}
	return unused;
}

static void run(void *(*what)(void *))
{
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, what, NULL) == 0);
	pthread_join(thread, NULL);
}

/* How many caches are in a list: it must come back to where it began. */
static unsigned count(const struct hak_link *head)
{
	unsigned n = 0;

	for (const struct hak_link *l = head->next; l != head; l = l->next) {
		CHECK(l->next->prev == l && HAK_MEMBER(l, struct hak_cache, pool)->generation == HAK_NO_THREAD);
		CHECK(++n < 10 * N, "it has no end");
	}
	return n;
}

/* Returns how many are in the pool. */
static unsigned check_pool(void)
{
	unsigned n = count(&spares);

	for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = h->next) {
		CHECK(count(&h->warm) == h->n_warm && h->n_warm <= HAK_WARM_CACHES);
		n += h->n_warm;
	}
	return n;
}

static void check_child(bool is_other_first)
{
	unsigned n = 0;

	if (is_other_first) {
		run(grow);
		check_pool();
		check_places();
	}
	CHECK(hakmem_malloc(50000) && hakmem_malloc(60000)); /* a miss */
	while (hak_salvage_one())
		;
	check_places();
	for (const struct hak_cache *c = hak_cache_none.next; c != NULL; c = c->next)
		n++;
	CHECK(check_pool() == n - 1, "%u of %u", check_pool(), n - 1);
	run(grow);
	for (unsigned i = 0; i < N; i++)
		hakmem_free(kept[i]);
	hak_thread_cool(true);
	check_pool();
	check_places();
	CHECK(hakmem_check() == 0);
}

static void fork_amid(bool is_other_first)
{
	struct hak_link *warm = &hak_heaps_first()->warm;
	struct hak_link *first = warm->next;
	int status;
	pid_t pid;

	fflush(NULL);
	take_lock();
	warm->next = NULL; /* amid a change */
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		alarm(60);
		hak_lock_held = 0; /* as no real thread forks with a lock of its own */
		check_child(is_other_first);
		_exit(0);
	}
	warm->next = first;
	hak_lock_give(&lock);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0, "status %d", status);
}

int main(void)
{
	pthread_t threads[N];
	unsigned n;

	CHECK(hakmem_malloc(100) && pthread_barrier_init(&all_here, NULL, N) == 0);
	for (size_t i = 0; i < N; i++)
		CHECK(pthread_create(&threads[i], NULL, end_warm, &kept[i]) == 0);
	for (size_t i = 0; i < N; i++)
		pthread_join(threads[i], NULL);
	n = check_pool();
	CHECK(n == N, "%u are in the pool", n);
	check_places();
	fork_amid(false);
	fork_amid(true);
	run(grow);
	CHECK(check_pool() == N);
	check_places();
	return 0;
}
