/* SPDX-License-Identifier: MIT */
/* hak-link: static */
/* hak-skip-unless: test -f "$HAKMEM_A" */
/* hak-opt: -O2 */
/* hak-conf: on_error:report */
/* hak-timeout: 120 */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): */
/*
 * Ten million random bad pointers among the good calls of four threads, which hand on all they have from round to
 * round: every bad one is counted, and no good one is. Pointers to what was freed come when no thread allocates,
 * since else they could be somebody's again. The arguments are the number of bad pointers, else HAK_FUZZ, and a
 * seed.
 */
#include "fuzz.h"
#include <pthread.h>

#define N_THREADS 4
#define N_A_ROUND 500 /* bad pointers of each thread, each half of a round */

static struct shadow shadows[N_THREADS];
static pthread_barrier_t barrier;
static unsigned long n_rounds;

/* One thread compares the counts while the others wait. */
static void check_count(void)
{
	uint64_t n = 0;
	unsigned i;

	if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) {
		for (i = 0; i < N_THREADS; i++)
			n += shadows[i].n_bad;
		CHECK(hak_report_count() == n, "counted %llu of %llu", (unsigned long long)hak_report_count(),
		      (unsigned long long)n);
	}
	pthread_barrier_wait(&barrier);
}

static int is_anybodys(const void *p)
{
	unsigned i;

	for (i = 0; i < N_THREADS; i++)
		if (is_live(&shadows[i], p))
			return 1;
	return 0;
}

static void err_among_good(struct shadow *s)
{
	unsigned i;

	for (i = 0; i < N_A_ROUND; i++) {
		good(s);
		bad_call(s, bad_of_live(s, (enum bad_kind)fuzz_pick(s, N_BAD_OF_LIVE)));
		good(s);
	}
}

static void err_about_freed(struct shadow *s)
{
	unsigned i;

	for (i = 0; i < N_A_ROUND; i++) {
		void *p = bad_of_freed(s, fuzz_pick(s, 2) ? BAD_FREED : BAD_INSIDE_FREED);

		bad_call(s, p && !is_anybodys(p) ? p : bad_of_live(s, BAD_OFF));
	}
}

static void *work(void *number)
{
	unsigned long idx = (unsigned long)(uintptr_t)number, round;

	for (round = 0; round < n_rounds; round++) {
		struct shadow *s = &shadows[(idx + round) % N_THREADS];

		while (s->n < 100)
			good_take(s);
		err_among_good(s);
		check_count();
		err_about_freed(s);
		check_count();
	}
	return NULL;
}

int main(int argc, char **argv)
{
	uint64_t seed = arg(argc, argv, 2, 13);
	pthread_t threads[N_THREADS];
	uintptr_t i;

	n_rounds = arg(argc, argv, 1, fuzz_length()) / (N_THREADS * 2 * N_A_ROUND);
	CHECK(pthread_barrier_init(&barrier, NULL, N_THREADS) == 0);
	for (i = 0; i < N_THREADS; i++)
		fuzz_start(&shadows[i], seed * N_THREADS + i);
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < N_THREADS; i++)
		fuzz_end(&shadows[i]);
	CHECK(hakmem_check() == 0);
	return 0;
}
