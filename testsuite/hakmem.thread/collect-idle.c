/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: purge_delay:60000 */
/* hak-timeout: 60 */
/* What other threads free of a thread that rests comes home without it, and long before free memory has aged: whoever needs
 * slabs collects in all heaps now and then. */
#include "check.h"
#include <hakmem.h>
#include <pthread.h>

#define N 40000
#define MOST ((size_t)4 << 20)

static char *blocks[N];
static int is_over;

static size_t size_of(size_t i)
{
	return 16 + i % 64 * 16;
}

static size_t in_flight(void)
{
	struct hakmem_stats stats;

	CHECK(hakmem_stats_get(&stats, sizeof stats) > 0);
	return stats.in_flight;
}

/* Replaces every block of the first thread's, again and again as long as there are too many on their way. */
static void *replace(void *unused)
{
	double end = now() + 20;
	size_t i, most = 0, left;

	do {
		for (i = 0; i < N; i++) {
			free(blocks[i]);
			CHECK((blocks[i] = malloc(size_of(i))));
		}
		left = in_flight();
		most = left > most ? left : most;
	} while (left > MOST && now() < end);
	dprintf(1, "%zu bytes on their way at the most, then %zu\n", most, left);
	CHECK(left <= MOST, "%zu bytes wait for a thread that rests", left);
	__atomic_store_n(&is_over, 1, __ATOMIC_RELEASE);
	return unused;
}

/* Grows without end. */
static void *grow(void *unused)
{
	size_t n;

	for (n = 0; n < 400000 && !__atomic_load_n(&is_over, __ATOMIC_ACQUIRE); n++) {
		CHECK(malloc(200));
		if (n % 1000 == 0)
			usleep(1000);
	}
	return unused;
}

int main(void)
{
	pthread_t threads[2];
	size_t i;

	for (i = 0; i < N; i++)
		CHECK((blocks[i] = malloc(size_of(i))));
	CHECK(pthread_create(&threads[0], NULL, replace, NULL) == 0);
	CHECK(pthread_create(&threads[1], NULL, grow, NULL) == 0);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
