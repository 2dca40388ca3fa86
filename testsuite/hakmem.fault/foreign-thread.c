/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* Pointers into a thread's stack and its thread-local storage, freed by that thread and by main. */
#include "fault.h"

static __thread char local_storage[256] __attribute__((aligned(64)));
static void *seen;
static pthread_barrier_t shown;

static void free_stack(void *unused)
{
	char local[256] __attribute__((aligned(64)));

	(void)unused;
	memset(local, 1, sizeof(local));
	free(hide(local + 64));
}

static void free_tls(void *unused)
{
	(void)unused;
	free(hide(local_storage));
}

static void show(void *unused)
{
	char local[256] __attribute__((aligned(64)));

	(void)unused;
	seen = hide(local);
	pthread_barrier_wait(&shown);
	pause();
}

static void own_stack(size_t size)
{
	(void)size;
	in_thread(free_stack, NULL);
}

static void own_tls(size_t size)
{
	(void)size;
	in_thread(free_tls, NULL);
}

static void main_tls(size_t size)
{
	(void)size;
	free_tls(NULL);
}

static void stack_of_other(size_t size)
{
	static struct thread_job job = { show, NULL };
	pthread_t thread;

	(void)size;
	pthread_barrier_init(&shown, NULL, 2);
	CHECK(pthread_create(&thread, NULL, run_job, &job) == 0);
	pthread_barrier_wait(&shown);
	free(hide(seen));
}

FAULTS({ "own stack", own_stack, 0, "not a block of ours" }, { "own TLS", own_tls, 0, "not a block of ours" },
       { "main's TLS", main_tls, 0, "not a block of ours" },
       { "another's stack", stack_of_other, 0, "not a block of ours" })
