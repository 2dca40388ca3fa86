/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: preload */
/* hak-opt: -O2 */
/* A thread serves a request now and then, each with a few blocks that its cache has. Another one frees all that the first one
 * made, but for one block in 20, and sleeps: as redis 8 does on FLUSHALL. The requests notice, and the memory goes back. */
#include "purge.h"

static pthread_barrier_t begin, freed;

static void *work(void *unused)
{
	pthread_barrier_wait(&begin);
	usleep(20000);
	scene_free(0, 1, 20);
	pthread_barrier_wait(&freed);
	pause();
	return unused;
}

static void serve(void)
{
	static const size_t sizes[] = { 16, 24, 48, 64, 100, 800, 16384 };
	void *p[N_OF(sizes)];
	size_t i;

	for (i = 0; i < N_OF(sizes); i++)
		CHECK(p[i] = hide(malloc(sizes[i])));
	for (i = 0; i < N_OF(sizes); i++)
		free(p[i]);
}

int main(void)
{
	pthread_t thread;
	double end;
	size_t full, i;

	need_small_pages();
	pthread_barrier_init(&begin, NULL, 2);
	pthread_barrier_init(&freed, NULL, 2);
	CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
	scene_make();
	full = rss();
	for (i = 0; i < 1000; i++) /* all that a request uses has missed as often as it may in this clock tick */
		serve();
	pthread_barrier_wait(&begin);
	pthread_barrier_wait(&freed);
	end = now() + 10;
	while (rss() > full / 3 && now() < end) {
		usleep(100000);
		serve();
	}
	CHECK(rss() <= full / 3, "%zu MiB, then %zu", full >> 20, rss() >> 20);
	scene_verify();
	return 0;
}
