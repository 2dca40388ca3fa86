/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* The purge thread ends when its option is turned off, and comes again; where none can be made, the call says so. */
#include "guest.h"
#include <dlfcn.h>
#include <hakmem.h>
#include <pthread.h>

static int is_refused;

/* In front of libc's. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
	static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	if (is_refused)
		return EAGAIN;
	if (!real)
		real = (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))dlsym(RTLD_NEXT, "pthread_create");
	return real(thread, attr, run, arg);
}

static void wait_for(size_t n)
{
	int i;

	for (i = 0; i < 500 && n_tasks() != n; i++)
		usleep(10000);
	CHECK(n_tasks() == n, "%zu threads", n_tasks());
}

int main(void)
{
	char value[8];
	int i;

	CHECK(n_tasks() == 1);
	is_refused = 1;
	errno = 0;
	CHECK(hakmem_option_set("purge_thread", "on") == -1 && errno == EAGAIN);
	CHECK(hakmem_option_get("purge_thread", value, sizeof(value)) == 5 && !strcmp(value, "false"));
	is_refused = 0;
	for (i = 0; i < 3; i++) {
		CHECK(hakmem_option_set("purge_thread", "on") == 0);
		wait_for(2);
		CHECK(hakmem_option_set("purge_thread", "off") == 0);
		wait_for(1);
	}
	/* Faster than it can look. */
	for (i = 0; i < 1000; i++)
		CHECK(hakmem_option_set("purge_thread", i % 2 ? "off" : "on") == 0);
	wait_for(1);
	CHECK(hakmem_option_set("purge_thread", "on") == 0);
	wait_for(2);
	return 0;
}
