/* SPDX-License-Identifier: MIT */
/* hak-timeout: 120 */
/* A cache under random use, at every cap and within every budget: each block is handed out once and keeps its contents,
 * C1, C4 and B1 hold, and at the end everything goes home. */
#include "caches.h"
#include "conf/options.h"

#define MAX_ALIVE 3000

static struct { uint64_t *p; uint64_t seed; unsigned sc; } alive[MAX_ALIVE];
static unsigned n_alive;
static unsigned n_alive_of[HAK_N_CLASSES];

static void check_counts(struct hak_cache *c)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		struct counts counts = count_class(sc);

		CHECK(counts.alive == n_alive_of[sc], "class %u: %d, not %u", sc, (int)counts.alive, n_alive_of[sc]);
		CHECK(counts.cached == hak_cache_count_any(c, sc));
	}
	CHECK(claimed(c) <= c->n_most, "%zu of %zu", claimed(c), c->n_most);
	check_news(c->heap);
}

/* Whether a class has more slots than the cap allows now: one that was larger when it fell, until it overflows. */
static bool is_within(const struct hak_cache *c, unsigned cap)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		if (c->n_slots[sc] > cap)
			return false;
	return true;
}

static void take(struct hak_cache *c, unsigned sc, uint64_t seed)
{
	uint64_t *p = take_block(c, sc);

	CHECK(hak_registry_find(p)->sc == sc);
	p[0] = seed;
	p[hak_class_size(sc) / 8 - 1] = seed;
	alive[n_alive].p = p;
	alive[n_alive].seed = seed;
	alive[n_alive++].sc = sc;
	n_alive_of[sc]++;
}

static void give(struct hak_cache *c, unsigned i)
{
	uint64_t *p = alive[i].p;

	CHECK(p[0] == alive[i].seed && p[hak_class_size(alive[i].sc) / 8 - 1] == alive[i].seed);
	p[0] = 0;
	n_alive_of[alive[i].sc]--;
	give_block(c, p);
	alive[i] = alive[--n_alive];
}

static void churn(struct hak_cache *c, uint64_t *state, unsigned long n)
{
	for (unsigned long round = 0; round < n; round++) {
		bool is_growing = round / (n / 8 + 1) % 2 == 0;

		if (n_alive < MAX_ALIVE && (n_alive == 0 || rnd(state) % 100 < (is_growing ? 65 : 35)))
			take(c, hak_class_of(rnd_size(state, round % 3 ? 2000 : HAK_TINY_MAX)), rnd(state));
		else
			give(c, (unsigned)(rnd(state) % n_alive));
		if (round % 5000 == 0)
			hak_cache_limit_own(c, rnd_size(state, HAK_BUDGET_MOST));
		if (round % 300 == 0)
			hak_cache_raise_own(c, (unsigned)(rnd(state) % HAK_N_CLASSES));
		if (round % 2000 == 0)
			hak_cache_raise_all_own(c);
		if (round % 3000 == 0)
			hak_cache_sweep_own(c);
		if (round % (n / 40 + 1) == 0)
			check_counts(c);
	}
	check_counts(c);
}

int main(void)
{
	static const int64_t caps[] = { HAK_CACHE_MOST, 1, 0, 7, 16, 17, HAK_CACHE_MOST };
	struct hak_cache *c = make_cache(make_heap());
	uint64_t state = 1;

	for (size_t i = 0; i < N_OF(caps); i++) {
		hak_options.cache_cap = caps[i];
		churn(c, &state, rounds(100000));
		CHECK(is_within(c, (unsigned)caps[i]));
		hak_store_relaxed(&hak_options.diet, 1);
		churn(c, &state, rounds(20000));
		hak_cache_flush_own(c);
		CHECK(claimed(c) == 0);
		check_counts(c);
		churn(c, &state, rounds(20000));
		CHECK(is_within(c, HAK_CACHE_DIET));
		hak_store_relaxed(&hak_options.diet, 0);
		hak_cache_flush_own(c);
	}
	while (n_alive > 0)
		give(c, n_alive - 1);
	settle();
	check_all_home();
	return 0;
}
