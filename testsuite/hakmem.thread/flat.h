/* SPDX-License-Identifier: MIT */
/* What the tests of many threads share: after them the process holds what it held after the first of them. */
#ifndef FLAT_H
#define FLAT_H
#include "work.h"
#include <dlfcn.h>
#include <hakmem.h>
#include <sys/stat.h>

/* Heaps ever made; 0 where the library does not tell. */
UNUSED static size_t n_heaps(void)
{
	size_t (*get)(struct hakmem_stats *, size_t) =
		(size_t (*)(struct hakmem_stats *, size_t))dlsym(RTLD_DEFAULT, "hakmem_stats_get");
	struct hakmem_stats s;

	memset(&s, 0, sizeof(s));
	return get && get(&s, sizeof(s)) ? s.n_heaps : 0;
}

static struct {
	size_t rss, vm, n_heaps;
} first;

UNUSED static void remember_first(void)
{
	first.rss = rss();
	first.vm = vm_size();
	first.n_heaps = n_heaps();
}

/* Heaps are made when they are first needed, as many as there are processors; no more of them for more threads. */
UNUSED static void check_flat(size_t slack)
{
	size_t n_processors = (size_t)sysconf(_SC_NPROCESSORS_ONLN), n = n_heaps();

	CHECK(rss() <= first.rss + slack, "RSS from %zu to %zu", first.rss, rss());
	CHECK(vm_size() <= first.vm + MIB(64), "VmSize from %zu to %zu", first.vm, vm_size());
	CHECK(n <= first.n_heaps || n <= n_processors, "heaps from %zu to %zu", first.n_heaps, n);
}

UNUSED static void start_detached(void *(*run)(void *), void *arg_)
{
	pthread_attr_t attr;
	pthread_t thread;
	int error;

	pthread_attr_init(&attr);
	CHECK(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0);
	while ((error = pthread_create(&thread, &attr, run, arg_)) == EAGAIN)
		usleep(1000); /* the last ones are not gone yet */
	CHECK(error == 0, "pthread_create: %s", strerror(error));
	pthread_attr_destroy(&attr);
}

/* Waits until the threads have counted to n, and a little for their ends. */
UNUSED static void await(size_t *counter, size_t n)
{
	while (__atomic_load_n(counter, __ATOMIC_ACQUIRE) < n)
		usleep(500);
}

/* Waits until the caller is the only thread, 20 s at the most: a detached thread ends a while after it has counted, on a busy machine. */
UNUSED static void await_alone(void)
{
	struct stat task;
	unsigned i;

	for (i = 0; i < 2000 && stat("/proc/self/task", &task) == 0 && task.st_nlink > 3; i++)
		usleep(10000);
}

/* What a small job does. */
UNUSED static void do_job(size_t seed)
{
	void *p[60];
	size_t i;

	for (i = 0; i < N_OF(p); i++) {
		p[i] = malloc((seed * 7 + i * 41) % 3000 + 1);
		CHECK(p[i]);
		memset(p[i], 1, (seed * 7 + i * 41) % 3000 + 1);
	}
	for (i = 0; i < N_OF(p); i++)
		free(p[i]);
}

#endif
