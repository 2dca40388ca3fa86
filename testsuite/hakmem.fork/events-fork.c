/* SPDX-License-Identifier: MIT */
/* hak-plain: expects the events of runs, refills and flushes */
/* hak-link: shared */
/* hak-conf: ring:500 */
/* hak-timeout: 120 */
/* A child has its parent's events, of all threads, whatever these were amid of, and adds its own under its own number; none is
 * torn, then or when the threads that it starts take the rings over. */
#include "check.h"
#include "events.h"
#include <pthread.h>
#include <sys/wait.h>

enum { N_FORKS = 150 };

static int is_over;

static void *load(void *arg)
{
	uint64_t state = (uintptr_t)arg;

	while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
		void *p[400];

		for (size_t i = 0; i < N_OF(p); i++)
			p[i] = hide(malloc(rnd_size(&state, 3000)));
		for (size_t i = 0; i < N_OF(p); i++)
			free(p[i]);
		free(hide(malloc(300000)));
	}
	return NULL;
}

/* How many events are the thread's. */
static size_t check_all(unsigned long thread)
{
	char *text = events_text();
	struct event e;
	size_t n = 0;

	for (const char *at = text; events_next(&at, &e);) {
		n += e.thread == thread;
		if (!strcmp(e.what, "run") || !strcmp(e.what, "run_free"))
			CHECK(e.size >= 300000 && e.size < 400000 && e.address % 4096 == 0, "a run of %lu at %lx", e.size, e.address);
		else if (!strcmp(e.what, "refill"))
			CHECK(e.size <= 8192 && e.n <= 4096 && e.address != 0, "%lu, %lu", e.size, e.n);
	}
	events_free_text(text);
	return n;
}

static void be_child(unsigned long parent)
{
	unsigned long me = (unsigned long)getpid();
	pthread_t thread;
	char *text;
	void *run;

	CHECK(check_all(parent) > 0, "the parent's are gone");
	CHECK(check_all(me) == 0, "before the child did anything");
	run = hide(malloc(300000));
	free(run);
	text = events_text();
	CHECK(events_has(text, "run", 0, run) && events_has(text, "run_free", 0, run), "%s", text);
	events_free_text(text);
	is_over = 0;
	CHECK(pthread_create(&thread, NULL, load, (void *)7) == 0);
	for (int i = 0; i < 3; i++)
		check_all(me);
	__atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	CHECK(check_all(me) > 0);
	CHECK(hakmem_check() == 0);
	_exit(0);
}

int main(void)
{
	unsigned long me = (unsigned long)getpid();
	pthread_t threads[3];

	free(hide(malloc(300000)));
	for (size_t i = 0; i < N_OF(threads); i++)
		CHECK(pthread_create(&threads[i], NULL, load, (void *)(i + 1)) == 0);
	for (int i = 0; i < N_FORKS; i++) {
		int status;
		pid_t child = i % 2 ? fork() : bare_fork();

		CHECK(child >= 0);
		if (child == 0)
			be_child(me);
		CHECK(waitpid(child, &status, 0) == child && status == 0, "the child ended with %x", status);
	}
	__atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
	for (size_t i = 0; i < N_OF(threads); i++)
		pthread_join(threads[i], NULL);
	CHECK(check_all(me) > 0);
	return 0;
}
