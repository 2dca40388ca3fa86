/* SPDX-License-Identifier: MIT */
/* hak-timeout: 60 */
/*
 * Caches that are raised and lowered, or raised and flushed, amid random use, as a purger does with a sleeping thread's:
 * each block is handed out once, the counts hold all the time, and at the end everything goes home.
 */
#include "heaps.h"

#define MAX_ALIVE 600

static const unsigned classes[] = { 0, 7, 20, 40, HAK_N_CLASSES - 1 };
static uint64_t *alive[MAX_ALIVE];
static unsigned n_alive;

static unsigned class_of(uint64_t *p)
{
	return hak_registry_find(p)->sc;
}

static void step(struct hak_heap *h, uint64_t *state, bool is_growing)
{
	if (n_alive < MAX_ALIVE && (n_alive == 0 || rnd(state) % 100 < (is_growing ? 70 : 30))) {
		uint64_t *p = take_block(h, classes[rnd(state) % N_OF(classes)]);

		for (unsigned i = 0; i < n_alive; i++)
			CHECK(alive[i] != p, "handed out twice");
		p[0] = (uintptr_t)p;
		alive[n_alive++] = p;
	} else {
		unsigned i = (unsigned)(rnd(state) % n_alive);

		CHECK(alive[i][0] == (uintptr_t)alive[i]);
		give_block(h, alive[i]);
		alive[i] = alive[--n_alive];
	}
}

static void check_counts(const struct hak_heap *h)
{
	unsigned n = 0;

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		struct counts c = count_class(sc);

		CHECK(c.cached == hak_cache_count_any(h, sc));
		n += (unsigned)c.alive;
	}
	CHECK(n == n_alive);
}

int main(void)
{
	struct hak_heap *h = make_heap();
	void **was[HAK_N_CLASSES];
	uint64_t state = 1;

	for (unsigned round = 0; round < 4000; round++) {
		size_t cached = 0, n = 0;

		for (uint64_t i = rnd(&state) % 60; i > 0; i--)
			step(h, &state, round / 500 % 2 == 0);
		for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
			cached += hak_cache_count_any(h, sc);
		hak_cache_raise_any(h, was);
		for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
			void *p;

			CHECK(hak_cache_count_any(h, sc) == 0);
			CHECK(!hak_heap_pop_class_hit(h, sc, &p), "a pop from a cache that is raised");
		}
		/* A thread that wakes may still push. */
		if (n_alive > 0 && round % 3 == 0 && hak_heap_push_hit(h, alive[n_alive - 1])) {
			CHECK(hak_cache_count_any(h, class_of(alive[n_alive - 1])) == 1);
			n_alive--;
		}
		if (rnd(&state) % 2) {
			n = hak_cache_flush_raised_own(h, was);
			CHECK(n == cached, "%d flushed, %d were cached", (int)n, (int)cached);
		} else {
			hak_cache_lower_any(h, was);
		}
		check_counts(h);
	}
	while (n_alive > 0)
		give_block(h, alive[--n_alive]);
	settle();
	check_all_home();
	return 0;
}
