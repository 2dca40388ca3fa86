/* SPDX-License-Identifier: MIT */
/* hak-plain: expects sizes of classes */
/* hak-link: shared */
/* hak-cflags: -falign-functions=1024 */
/* hak-timeout: 120 */
/* Eight threads allocate, four free what others made: what was allocated is told within its interval, under the function that
 * did it; when all is freed, not one sample is left, in the records neither. A thread that never misses is sampled, too. */
#include "check.h"
#include "prof.h"
#include "work.h"

enum { N_THREADS = 8, N_EACH = 40000, SIZE = 640 };

static struct ring rings[N_THREADS / 2];
static pthread_barrier_t begun;
static int is_over;

PLANTED static void *plant(size_t size)
{
	return hide(malloc(size));
}

static void *make(void *arg)
{
	size_t i = (size_t)arg;

	pthread_barrier_wait(&begun);
	for (size_t k = 0; k < N_EACH; k++) {
		void *p = plant(SIZE);

		CHECK(p != NULL);
		if (i % 2)
			free(p);
		else
			while (!ring_put(&rings[i / 2], p, SIZE))
				sched_yield();
	}
	return NULL;
}

static void *unmake(void *arg)
{
	struct ring *ring = arg;
	size_t n;

	for (size_t k = 0; k < N_EACH;) {
		void *p = ring_get(ring, &n);

		if (p == NULL) {
			sched_yield();
			continue;
		}
		free(p);
		k++;
	}
	return NULL;
}

PLANTED static void *plant_hot(size_t size)
{
	return hide(malloc(size));
}

static void *loop(void *unused)
{
	free(plant_hot(64));
	pthread_barrier_wait(&begun);
	while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED))
		free(plant_hot(64));
	return unused;
}

int main(void)
{
	pthread_t threads[N_THREADS + N_THREADS / 2], hot;
	double wanted = (double)N_THREADS * N_EACH * SIZE, p = prof_chance(SIZE / 32768.0), off, var, end;
	struct prof_sums sums;
	char *text;

	CHECK(hakmem_option_set("prof_interval", "32K") == 0);
	pthread_barrier_init(&begun, NULL, 2);
	hot = start(loop, NULL);
	pthread_barrier_wait(&begun);
	usleep(1000);
	CHECK(hakmem_prof_start() == 0);
	end = now() + 60;
	do {
		usleep(1000);
		text = prof_text();
		sums = prof_sum(text, (void *)plant_hot);
		prof_free_text(text);
		CHECK(now() < end, "a thread that does not miss was not sampled");
	} while (sums.taken == 0);
	__atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
	pthread_join(hot, NULL);

	pthread_barrier_init(&begun, NULL, N_THREADS);
	for (size_t i = 0; i < N_THREADS; i++)
		threads[i] = start(make, (void *)i);
	for (size_t i = 0; i < N_THREADS / 2; i++)
		threads[N_THREADS + i] = start(unmake, &rings[i]);
	for (size_t i = 0; i < N_OF(threads); i++)
		pthread_join(threads[i], NULL);
	text = prof_text();
	sums = prof_sum(text, (void *)plant);
	prof_free_text(text);
	off = sums.taken - wanted;
	var = N_THREADS * N_EACH * (1 - p) / p * SIZE * SIZE;
	dprintf(1, "off by %.0f of %.0f\n", off, wanted);
	CHECK(off * off < 4.5 * 4.5 * var, "%.0f instead of %.0f bytes", sums.taken, wanted);
	CHECK(sums.n_samples == 0, "%lu samples of blocks that were freed", sums.n_samples);
	CHECK(hakmem_check() == 0);
	return 0;
}
