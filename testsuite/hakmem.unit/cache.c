/* SPDX-License-Identifier: MIT */
/* hak-timeout: 120 */
/* A thread's caches under random use, at every cap: each block is handed out once and keeps its contents, H1, H3
 * and B1 hold, and at the end everything goes home. */
#include "heaps.h"
#include "conf/options.h"

#define MAX_ALIVE 3000

static struct { uint64_t *p; uint64_t seed; unsigned sc; } alive[MAX_ALIVE];
static unsigned n_alive;
static unsigned n_alive_of[HAK_N_CLASSES];

static void check_counts(struct hak_heap *h)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		struct counts c = count_class(sc);

		CHECK(c.alive == n_alive_of[sc], "class %u: %d, not %u", sc, (int)c.alive, n_alive_of[sc]);
		CHECK(c.cached == hak_cache_count_any(h, sc));
		CHECK(c.cached <= hak_class_cap(sc) + h->bin[sc].n_more &&
		      (size_t)(h->limit[sc] - h->base[sc]) == h->bin[sc].n_slots);
	}
}

static void take(struct hak_heap *h, unsigned sc, uint64_t seed)
{
	uint64_t *p = take_block(h, sc);

	CHECK(hak_registry_find(p)->sc == sc);
	p[0] = seed;
	p[hak_class_size(sc) / 8 - 1] = seed;
	alive[n_alive].p = p;
	alive[n_alive].seed = seed;
	alive[n_alive++].sc = sc;
	n_alive_of[sc]++;
}

static void give(struct hak_heap *h, unsigned i)
{
	uint64_t *p = alive[i].p;

	CHECK(p[0] == alive[i].seed && p[hak_class_size(alive[i].sc) / 8 - 1] == alive[i].seed);
	p[0] = 0;
	n_alive_of[alive[i].sc]--;
	give_block(h, p);
	alive[i] = alive[--n_alive];
}

static void churn(struct hak_heap *h, uint64_t *state, unsigned long n)
{
	for (unsigned long round = 0; round < n; round++) {
		bool is_growing = round / (n / 8 + 1) % 2 == 0;

		if (n_alive < MAX_ALIVE && (n_alive == 0 || rnd(state) % 100 < (is_growing ? 65 : 35)))
			take(h, hak_class_of(rnd_size(state, round % 3 ? 2000 : HAK_TINY_MAX)), rnd(state));
		else
			give(h, (unsigned)(rnd(state) % n_alive));
		if (round % (n / 40 + 1) == 0)
			check_counts(h);
	}
	check_counts(h);
}

int main(void)
{
	static const int64_t caps[] = { HAK_CACHE_MOST, 1, 0, 7, 16, 17, HAK_CACHE_MOST };
	struct hak_heap *h = make_heap();
	uint64_t state = 1;

	for (size_t i = 0; i < N_OF(caps); i++) {
		hak_options.cache_cap = caps[i];
		churn(h, &state, rounds(100000));
		hak_store_relaxed(&hak_options.diet, 1);
		churn(h, &state, rounds(20000));
		hak_cache_flush_own(h);
		for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
			CHECK(hak_cache_count_any(h, sc) == 0);
		check_counts(h);
		hak_store_relaxed(&hak_options.diet, 0);
	}
	while (n_alive > 0)
		give(h, n_alive - 1);
	settle();
	check_all_home();
	return 0;
}
