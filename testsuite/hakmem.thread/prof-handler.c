/* SPDX-License-Identifier: MIT */
/* hak-plain: measures time */
/* hak-link: shared */
/* hak-timeout: 120 */
/* A signal handler allocates and frees sampled blocks, whatever its thread is doing, the profile's own work included: nothing
 * hangs, the heap stays sound, and when all blocks are freed, no sample is left. */
#include "check.h"
#include "prof.h"
#include <sys/time.h>

static void *handed[64]; /* from the main program to the handler, which frees them */
static unsigned long n_handled, n_nested;

static void handle(int signal)
{
	void *p[6];
	int saved = errno;

	(void)signal;
	/* Sizes that the main program does not use: the fast path is not made for handlers. */
	for (size_t i = 0; i < N_OF(p); i++)
		CHECK((p[i] = hide(malloc(5000 + 3000 * i))) != NULL);
	for (size_t i = 0; i < N_OF(p); i++)
		free(p[i]);
	for (size_t i = 0; i < N_OF(handed); i++) {
		void *q = __atomic_exchange_n(&handed[i], NULL, __ATOMIC_RELAXED);

		n_nested += q != NULL;
		free(q);
	}
	n_handled++;
	errno = saved;
}

static unsigned long count(void)
{
	struct hakmem_stats stats;

	hakmem_stats_get(&stats, sizeof(stats));
	return stats.n_samples;
}

int main(void)
{
	struct itimerval often = { { 0, 100 }, { 0, 100 } }, never = { { 0, 0 }, { 0, 0 } };
	struct sigaction action = { .sa_handler = handle };
	uint64_t state = 1;
	unsigned long before;
	double end = now() + 2;

	CHECK(hakmem_option_set("prof_interval", "1") == 0);
	CHECK(hakmem_prof_start() == 0);
	before = count();
	CHECK(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &often, NULL) == 0);
	while (now() < end) {
		void *p[50];

		for (size_t i = 0; i < N_OF(p); i++)
			CHECK((p[i] = hide(malloc(16 + rnd(&state) % 1000))) != NULL);
		for (size_t i = 0; i < N_OF(p); i++)
			free(p[i]);
		/* Larger than what slabs hold: these have no place in a cache that the handler could find half changed. */
		free(__atomic_exchange_n(&handed[rnd(&state) % N_OF(handed)], hide(malloc(300000)), __ATOMIC_RELAXED));
	}
	setitimer(ITIMER_REAL, &never, NULL);
	handle(0);
	CHECK(n_handled > 10 && n_nested > 0, "%lu signals, %lu blocks", n_handled, n_nested);
	CHECK(count() <= before, "%lu samples are left", count() - before);
	CHECK(hakmem_check() == 0);
	return 0;
}
