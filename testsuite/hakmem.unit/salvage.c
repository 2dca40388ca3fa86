/* SPDX-License-Identifier: MIT */
/* A forked child salvages the caches of the threads that it does not have: all of their blocks are had again, none twice,
 * and none of its own thread's, however late that comes by. Its threads are counted anew. */
#include "threads.h"
#include "places.h"

#include <sys/wait.h>

#define N_THREADS 6
#define N 400

static void *freed[N_THREADS][N];
static pthread_barrier_t all_full, is_over;
static const size_t sizes[] = { 16, 100, 700, 3000 };

/* Rests with a full cache. */
static void *rest(void *arg)
{
	void **mine = arg;

	for (unsigned i = 0; i < N; i++)
		CHECK(mine[i] = hakmem_malloc(sizes[i % N_OF(sizes)]));
	for (unsigned i = 0; i < N; i++)
		hakmem_free(mine[i]);
	pthread_barrier_wait(&all_full);
	pthread_barrier_wait(&is_over);
	return NULL;
}

/* Everything that was cached is free. */
static void check_home(void)
{
	for (unsigned t = 0; t < N_THREADS; t++)
		for (unsigned i = 0; i < N; i++) {
			struct hak_span *span = hak_registry_find(freed[t][i]);

			CHECK(span->kind == HAK_KIND_NONE || hak_bit_is_set(((struct hak_slab *)span)->bits,
				(unsigned)hak_slab_block_idx((struct hak_slab *)span, freed[t][i])), "lost");
		}
}

static void check_salvage(bool is_first)
{
	struct hak_cache *c = hak_thread_enter();
	unsigned n = 0;

	CHECK(c != NULL);
	while (hak_salvage_one())
		n++;
	hak_thread_leave(c);
	CHECK(n == N_THREADS, "%u caches", n);
	CHECK(n_counted() == 1);
	CHECK(hakmem_check() == 0);
	check_places();
	if (is_first)
		check_home();
}

static void check_child(void **unused)
{
	(void)unused;
	check_salvage(true);
}

/* More than any cache has: it is made to look for what a fork has left, and for its own. */
static void *grow(void *unused)
{
	for (unsigned i = 0; i < 4000; i++)
		CHECK(hakmem_malloc(sizes[i % N_OF(sizes)]));
	return unused;
}

/* Another thread comes by first, while the one that forked still lives of its cache. */
static void check_late(void **live)
{
	pthread_t thread;
	uint64_t n;

	CHECK(pthread_create(&thread, NULL, grow, NULL) == 0);
	pthread_join(thread, NULL);
	n = n_counted();
	CHECK(n == 0, "%d", (int)n);
	check_places();
	for (unsigned i = 0; i < 4; i++)
		CHECK(live[i] = hakmem_malloc(100));
	check_places();
	check_salvage(false);
}

static void run_child(void (*check)(void **), void **live)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		alarm(100);
		check(live);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0, "status %d", status);
}

int main(void)
{
	pthread_t threads[N_THREADS];
	void *live[8];

	pthread_barrier_init(&all_full, NULL, N_THREADS + 1);
	pthread_barrier_init(&is_over, NULL, N_THREADS + 1);
	for (unsigned i = 0; i < N_OF(live); i++)
		CHECK(live[i] = hakmem_malloc(100));
	for (unsigned i = 0; i < N_OF(live); i++)
		hakmem_free(live[i]);
	for (unsigned i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, rest, freed[i]) == 0);
	pthread_barrier_wait(&all_full);
	CHECK(n_counted() == N_THREADS + 1);
	check_places();
	run_child(check_child, live);
	if (!HAK_TSAN) /* it knows no threads of a child */
		run_child(check_late, live);
	pthread_barrier_wait(&is_over);
	for (unsigned i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK(n_counted() == 1);
	check_places();
	return 0;
}
