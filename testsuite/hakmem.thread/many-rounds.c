/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: preload */
/* hak-libs: -ldl */
/* hak-timeout: 120 */
/* 2,000 threads alive at once, again and again: every second one allocates, and every second round is of detached ones.
 * Nothing grows from the first two rounds on, and what the last ones left is little. */
#include "flat.h"

#define N_THREADS 2000
#define N_ROUNDS 6

static pthread_barrier_t all;
static size_t n_done, n_round;

static void *work(void *arg_)
{
	if ((size_t)arg_ % 2)
		do_job((size_t)arg_);
	pthread_barrier_wait(&all);
	if ((size_t)arg_ % 2)
		do_job((size_t)arg_ + 1);
	__atomic_add_fetch(&n_done, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* How much free memory stays resident depends on which threads met; what stays in spite of this is lost. */
static void trim(void)
{
	int (*malloc_trim)(size_t) = (int (*)(size_t))dlsym(RTLD_DEFAULT, "malloc_trim");

	if (malloc_trim)
		malloc_trim(0);
}

int main(void)
{
	static pthread_t threads[N_THREADS];
	size_t before = rss(), i;

	pthread_barrier_init(&all, NULL, N_THREADS);
	for (n_round = 1; n_round <= N_ROUNDS; n_round++) {
		for (i = 0; i < N_THREADS; i++) {
			threads[i] = start_small(work, (void *)i, 65536);
			if (n_round % 2 == 0)
				pthread_detach(threads[i]);
		}
		await(&n_done, n_round * N_THREADS);
		for (i = 0; n_round % 2 && i < N_THREADS; i++)
			pthread_join(threads[i], NULL);
		await_alone();
		usleep(100000);
		if (n_round == 2) {
			trim();
			remember_first();
		}
	}
	CHECK(rss() <= before + MIB(48), "RSS from %zu, before any thread, to %zu", before, rss());
	trim();
	check_flat(MIB(10));
	return 0;
}
