/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-args: 5 */
/* hak-timeout: 90 */
/* Two threads allocate only, two free only: contents arrive whole, and RSS does not grow. */
#include "work.h"

#define N_PAIRS 2

static struct ring rings[N_PAIRS];
static double end;
static int n_done;

static void *produce(void *arg_)
{
	struct ring *ring = &rings[(size_t)arg_];
	uint64_t random = (size_t)arg_ + 5;
	unsigned long i;

	for (i = 0; i % 1024 || now() < end; i++) {
		size_t n = rnd_size(&random, i % 300 ? 1500 : 300000);
		void *p = i % 3 ? malloc(n) : calloc(1, n);

		CHECK(p);
		if (i % 3 == 0)
			CHECK(zeroed(p, n) == n);
		fill_thin(p, n, n + 1);
		while (!ring_put(ring, p, n))
			sched_yield();
	}
	__atomic_add_fetch(&n_done, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void *consume(void *arg_)
{
	struct ring *ring = &rings[(size_t)arg_];
	size_t n = 0;
	void *p;

	while (1) {
		int done = __atomic_load_n(&n_done, __ATOMIC_ACQUIRE) == N_PAIRS;

		while ((p = ring_get(ring, &n))) {
			CHECK(filled_thin(p, n, n + 1) == n, "a block of %zu changed on its way", n);
			free(p);
		}
		if (done)
			return NULL;
		sched_yield();
	}
}

int main(int argc, char **argv)
{
	unsigned long seconds = arg(argc, argv, 1, 5);
	pthread_t threads[2 * N_PAIRS];
	size_t i, early;

	end = now() + (double)seconds;
	for (i = 0; i < N_PAIRS; i++) {
		threads[2 * i] = start(produce, (void *)i);
		threads[2 * i + 1] = start(consume, (void *)i);
	}
	while (now() < end - (double)seconds * 0.6)
		usleep(10000);
	early = rss();
	for (i = 0; i < 2 * N_PAIRS; i++)
		pthread_join(threads[i], NULL);
	CHECK(rss() <= early + early / 4 + MIB(32), "RSS from %zu to %zu", early, rss());
	return 0;
}
