/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: preload */
/* hak-timeout: 60 */
/* hak-skip-unless: test -z "$HAK_EMULATOR" # what is resident */
/* 1,000 threads replace blocks of 16 bytes to 16 KiB for a while, keep five and rest: at most 64 KiB are resident for
 * each, beyond what such threads take that never allocated. */
#include "work.h"
#include <sys/wait.h>

#define N_THREADS 1000
#define N_SLOTS 50
#define N_KEPT 5
#define N_STEPS 3000
#define MOST KIB(64)

static pthread_barrier_t rest;

static void *idle(void *unused)
{
	pthread_barrier_wait(&rest);
	pthread_barrier_wait(&rest);
	return unused;
}

static void *work(void *arg_)
{
	void *p[N_SLOTS] = { NULL };
	size_t k;

	replace_blocks(p, N_SLOTS, N_STEPS, (size_t)arg_ + 1);
	for (k = N_KEPT; k < N_SLOTS; k++)
		free(p[k]);
	pthread_barrier_wait(&rest);
	pthread_barrier_wait(&rest);
	for (k = 0; k < N_KEPT; k++)
		free(p[k]);
	return NULL;
}

/* In a process of its own. Returns the resident bytes for each thread. */
static size_t measure(void *(*run)(void *))
{
	static pthread_t threads[N_THREADS];
	size_t i, before, found = 0;
	int fds[2], status;
	pid_t child;

	CHECK(pipe(fds) == 0);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		pthread_barrier_init(&rest, NULL, N_THREADS + 1);
		before = rss();
		for (i = 0; i < N_THREADS; i++)
			threads[i] = start_small(run, (void *)i, KIB(128));
		pthread_barrier_wait(&rest);
		found = rss();
		found = found > before ? (found - before) / N_THREADS : 0;
		CHECK(write(fds[1], &found, sizeof(found)) == sizeof(found));
		pthread_barrier_wait(&rest);
		for (i = 0; i < N_THREADS; i++)
			pthread_join(threads[i], NULL);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0, "child: wait status %#x", (unsigned)status);
	CHECK(read(fds[0], &found, sizeof(found)) == sizeof(found));
	return found;
}

int main(void)
{
	size_t without = measure(idle), with = measure(work);

	printf("%zu KiB a thread, %zu without allocations\n", with >> 10, without >> 10);
	CHECK(with <= without + MOST, "%zu bytes a thread, %zu without allocations", with, without);
	return 0;
}
