/* SPDX-License-Identifier: MIT */
/* Threads allocate and free, each other's blocks too, while profiles begin, are read and end: no race, no block that is
 * handed out twice, and every cache's bases and floors fit together at the end. */
#include "threads.h"
#include "hakmem.h"
#include "large/sentry.h"
#include "thread/thread.h"
#include "tiny/sampler.h"

enum { N_THREADS = 4, N_BOXES = 256 };

static uint64_t *boxes[N_BOXES]; /* any */
static uint32_t n_left;          /* any: threads still at work */

static void toggle(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	for (unsigned n = 0; __atomic_load_n(&n_left, __ATOMIC_RELAXED) > 0; n++) {
		CHECK(hakmem_prof_start() == 0);
		if (n % 4 == 0)
			CHECK(hakmem_prof_write(fd, n % 8 == 0 ? HAKMEM_PROF_PPROF : HAKMEM_PROF_TEXT) == 0);
		CHECK(hakmem_prof_stop() == 0);
	}
	close(fd);
}

static void run(unsigned idx)
{
	uint64_t state = idx + 1;

	if (idx == N_THREADS) {
		toggle();
		return;
	}
	for (unsigned long i = 0; i < rounds(400000); i++) {
		size_t size = 16 + rnd(&state) % (i % 64 == 0 ? 300000 : 2000);
		uint64_t *p = hakmem_malloc(size);

		CHECK(p != NULL && p[1] != (uintptr_t)p, "handed out twice");
		p[1] = (uintptr_t)p;
		p = __atomic_exchange_n(&boxes[rnd(&state) % N_BOXES], p, __ATOMIC_ACQ_REL);
		if (p != NULL) {
			CHECK(p[1] == (uintptr_t)p, "freed twice");
			p[1] = 0;
			hakmem_free(p);
		}
	}
	__atomic_sub_fetch(&n_left, 1, __ATOMIC_RELAXED);
}

int main(void)
{
	CHECK(hakmem_option_set("prof_interval", "2K") == 0);
	n_left = N_THREADS;
	run_threads(N_THREADS + 1, run);
	for (struct hak_cache *c = hak_cache_none.next; c != NULL; c = c->next) {
		for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
			struct hak_slot *floor = hak_sampler_floor_own(c, sc);

			CHECK(c->array[sc] <= floor && (floor <= c->top[sc] || c->top[sc] == NULL));
			CHECK(c->sampler == NULL || c->base[sc] == HAK_ALWAYS_MISS);
		}
	}
	hak_sentries.due = UINT64_MAX; /* nothing is counted any more (Z4), ... */
	for (unsigned i = 0; i < 4 * HAK_STEP_MISSES; i++) /* ... once the thread has looked */
		hakmem_free(hakmem_malloc(300000));
	/* Told of a profile that has ended since: one miss, and all is as before. */
	hakmem_free(hakmem_malloc(100));
	hak_cache_tell_any(hak_thread_me.cache);
	hakmem_free(hakmem_malloc(100));
	/* The base may be raised just now (C1), but not for ever. */
	CHECK(hak_thread_me.cache->base[hak_class_of(100)] != HAK_ALWAYS_MISS, "it goes on missing");
	hakmem_free(hakmem_malloc(300000));
	CHECK(!hak_sampler_is_on() && hak_thread_me.cache->sampler == NULL);
	CHECK(hakmem_check() == 0);
	return 0;
}
