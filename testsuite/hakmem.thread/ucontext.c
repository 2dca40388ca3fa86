/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* Coroutines that move between threads free what they allocated elsewhere. */
#include "work.h"

#ifdef __GLIBC__
#include <ucontext.h>

#define N_COROUTINES 60
#define N_THREADS 3

static struct coroutine {
	ucontext_t own, *back;
	char stack[32768];
	int is_done;
	uint64_t random;
} coroutines[N_COROUTINES];

static struct coroutine *entering;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void leave(struct coroutine *c)
{
	swapcontext(&c->own, c->back);
}

static void run(void)
{
	struct coroutine *c = entering;
	void *p[8] = { NULL };
	size_t n[8] = { 0 }, i, k;

	for (i = 0; i < 200; i++) {
		k = rnd(&c->random) % N_OF(p);
		if (p[k])
			CHECK(filled(p[k], n[k], k) == n[k]);
		free(p[k]);
		n[k] = rnd_size(&c->random, 2000);
		p[k] = malloc(n[k]);
		CHECK(p[k]);
		fill(p[k], n[k], k);
		if (i % 3 == 0)
			leave(c);
	}
	for (k = 0; k < N_OF(p); k++)
		free(p[k]);
	c->is_done = 1;
	leave(c);
}

static void *work(void *arg_)
{
	ucontext_t here;
	size_t i = (size_t)arg_, n_idle = 0;

	/* One coroutine runs at a time; which thread carries it on is chance. */
	while (n_idle < N_COROUTINES) {
		struct coroutine *c = &coroutines[i++ % N_COROUTINES];

		pthread_mutex_lock(&turn);
		if (c->is_done) {
			n_idle++;
		} else {
			n_idle = 0;
			entering = c;
			c->back = &here;
			swapcontext(&here, &c->own);
		}
		pthread_mutex_unlock(&turn);
		sched_yield();
	}
	return NULL;
}

static NOINLINE void prepare(struct coroutine *c, uint64_t seed)
{
	c->random = seed;
	CHECK(getcontext(&c->own) == 0);
	c->own.uc_stack.ss_sp = c->stack;
	c->own.uc_stack.ss_size = sizeof(c->stack);
	makecontext(&c->own, run, 0);
}

int main(void)
{
	pthread_t threads[N_THREADS];
	size_t i;

	for (i = 0; i < N_COROUTINES; i++)
		prepare(&coroutines[i], i + 1);
	for (i = 0; i < N_THREADS; i++)
		threads[i] = start(work, (void *)(i * 7));
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
#else
int main(void)
{
	UNSUPPORTED_BECAUSE("this C library has no makecontext()");
}
#endif
