/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-args: 10 */
/* hak-timeout: 120 */
/* 8 threads pass every block to the next to free, contents checked: RSS is flat after the start. */
#include "work.h"

#define N_THREADS 8

static struct ring rings[N_THREADS];
static double end;

static void *work(void *arg_)
{
	size_t me = (size_t)arg_, n = 0;
	uint64_t random = me + 77;
	struct ring *to = &rings[(me + 1) % N_THREADS], *from = &rings[me];
	unsigned long i;
	void *p;

	for (i = 0; i % 1024 || now() < end; i++) {
		size_t size = rnd_size(&random, i % 200 ? 2000 : 40000);

		p = malloc(size);
		CHECK(p);
		fill_thin(p, size, size);
		while (!ring_put(to, p, size)) {
			void *q = ring_get(from, &n);

			if (!q) {
				sched_yield();
				if (now() > end + 5)
					break;
				continue;
			}
			CHECK(filled_thin(q, n, n) == n, "a block of %zu changed on its way", n);
			free(q);
		}
		while ((p = ring_get(from, &n))) {
			CHECK(filled_thin(p, n, n) == n, "a block of %zu changed on its way", n);
			free(p);
		}
	}
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned long seconds = arg(argc, argv, 1, 10);
	pthread_t threads[N_THREADS];
	size_t i, early, late;

	end = now() + (double)seconds;
	for (i = 0; i < N_THREADS; i++)
		threads[i] = start(work, (void *)i);
	while (now() < end - (double)seconds * 0.6)
		usleep(10000);
	early = rss();
	while (now() < end - 0.5)
		usleep(10000);
	late = rss();
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK(late <= early + early / 4 + MIB(8), "RSS from %zu to %zu", early, late);
	return 0;
}
