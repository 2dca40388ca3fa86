/* SPDX-License-Identifier: MIT */
/* What a cache claims stays within its budget at any time; where it wants more, what has rested since it was looked at last
 * makes room, and what is in use stays. What is left altogether goes even if there is room. */
#include "caches.h"
#include "tiny/cache.c"

#define N 20000

static void *blocks[N];

static unsigned slots(const struct hak_cache *c, unsigned sc)
{
	return c->n_slots[sc];
}

/* Takes n blocks and frees them again. */
static void swing(struct hak_cache *c, unsigned sc, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		blocks[i] = take_block(c, sc);
		CHECK(claimed(c) <= c->n_most && hak_cache_claimed == claimed(c), "one cache has claimed, in all");
	}
	while (n > 0) {
		give_block(c, blocks[--n]);
		CHECK(claimed(c) <= c->n_most);
	}
}

/* The first array of each class follows from the budget, but for its bounds. */
static void check_first(struct hak_cache *c)
{
	for (size_t most = HAK_BUDGET_LEAST; most <= HAK_BUDGET_MOST; most *= 2)
		for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
			size_t n, bytes = hak_class_size(sc) + sizeof(struct hak_slot);

			c->n_most = most;
			n = first_slots(c, sc);
			if (hak_class_is_single(sc)) {
				CHECK(n == 1);
				continue;
			}
			CHECK(n >= HAK_CACHE_FIRST_LEAST && n <= HAK_CACHE_FIRST_MOST);
			CHECK(n == HAK_CACHE_FIRST_LEAST || n * bytes <= most / HAK_CACHE_FIRST_RATIO);
			CHECK(n == HAK_CACHE_FIRST_MOST || (n + 1) * bytes > most / HAK_CACHE_FIRST_RATIO);
		}
	CHECK(c->n_most == HAK_BUDGET_MOST);
}

static void check_growth(struct hak_cache *c, unsigned sc)
{
	unsigned first = first_slots(c, sc);

	CHECK(slots(c, sc) == 0);
	make_slab(c->heap, sc);
	swing(c, sc, 1);
	CHECK(slots(c, sc) == first);
	swing(c, sc, first + 1);
	CHECK(slots(c, sc) >= 2 * first && slots(c, sc) <= 8 * first);
	swing(c, sc, N);
	CHECK(slots(c, sc) == HAK_TINY_CACHE_CAP, "%u slots", slots(c, sc));
	hak_cache_flush_own(c);
}

/* Makes class sc miss n times, and returns how many blocks, from blocks[at] on, it has then. */
static unsigned miss(struct hak_cache *c, unsigned sc, unsigned n, unsigned at)
{
	while (n > 0) {
		n -= c->top[sc] == c->base[sc];
		blocks[at++] = take_block(c, sc);
	}
	return at;
}

/* Where half is claimed, it takes half of the misses that it would take were it all; all within one window. */
static void check_evidence(struct hak_cache *c, unsigned sc)
{
	const unsigned enough = HAK_CACHE_EVIDENCE / 2;
	unsigned n, first;

	make_slab(c->heap, sc);
	swing(c, sc, 1);
	first = slots(c, sc);
	hak_cache_limit_own(c, 2 * claimed(c));
	memset(c->n_missed, 0, sizeof c->n_missed);
	c->window_at = c->n_misses;
	n = miss(c, sc, enough - 1, 0);
	CHECK(slots(c, sc) == first);
	c->n_misses += HAK_CACHE_WINDOW; /* of others */
	n = miss(c, sc, enough - 1, n);
	CHECK(slots(c, sc) == first);
	n = miss(c, sc, 1, n);
	CHECK(slots(c, sc) == 2 * first && claimed(c) == c->n_most);
	/* All is claimed, and nothing else has rested: no more, whatever the evidence. */
	n = miss(c, sc, 3 * HAK_CACHE_EVIDENCE, n);
	CHECK(slots(c, sc) == 2 * first);
	while (n > 0)
		give_block(c, blocks[--n]);
	CHECK(slots(c, sc) == 2 * first);
	hak_cache_limit_own(c, HAK_BUDGET_MOST);
	hak_cache_flush_own(c);
}

/* A raised base makes the next pop miss, though there are blocks; that lowers it, and gets the block that was next. */
static void check_raise(struct hak_cache *c, unsigned sc)
{
	void *next, *p;
	size_t n;

	swing(c, sc, 10);
	n = hak_cache_count_any(c, sc);
	next = c->top[sc][-1].block;
	CHECK(n >= 10 && c->base[sc] == c->array[sc]);
	for (unsigned i = 0; i < 2; i++) {
		if (i == 0)
			hak_cache_raise_own(c, sc);
		else
			hak_cache_raise_all_own(c);
		CHECK(c->base[sc] == c->top[sc] && hak_cache_count_any(c, sc) == n);
		c->back = 0;
		CHECK(!hak_cache_pop_class_hit(c, sc, &p));
		p = take_block(c, sc);
		CHECK(p == next && c->back == sc + 1 && c->base[sc] == c->array[sc] && hak_cache_count_any(c, sc) == n - 1);
		give_block(c, p);
		CHECK(hak_cache_count_any(c, sc) == n);
	}
	/* A push misses, too, and once only. */
	p = take_block(c, sc);
	hak_cache_raise_own(c, sc);
	CHECK(!hak_cache_push_hit(c, p) && !hak_cache_pop_class_hit(c, sc, &next));
	give_block(c, p);
	CHECK(hak_cache_pop_class_hit(c, sc, &next) && next == p && hak_cache_push_hit(c, p));
	hak_cache_flush_own(c);
	CHECK(claimed(c) == 0);
}

/* All that is cached of class sc, and back again. */
static void use(struct hak_cache *c, unsigned sc)
{
	size_t n = hak_cache_count_any(c, sc);

	for (size_t i = 0; i < n; i++)
		blocks[i] = take_block(c, sc);
	CHECK(hak_cache_count_any(c, sc) == 0);
	for (size_t i = 0; i < n; i++)
		give_block(c, blocks[i]);
	CHECK(hak_cache_count_any(c, sc) == n);
}

/* At each look goes all of a class that was not used, and what lies seven eighths deep, or half, of one where no more was
 * used; what is in use stays. A smaller budget takes from what rests first; where nothing does, the largest goes. */
static void check_rest(struct hak_cache *c, unsigned small, unsigned large)
{
	size_t n, n_large;
	unsigned n_slots;

	swing(c, small, 60);
	swing(c, large, 60);
	n = hak_cache_count_any(c, small);
	n_large = hak_cache_count_any(c, large);
	n_slots = slots(c, large);
	CHECK(n >= 30 && n_large > 1);
	hak_cache_sweep_own(c); /* all is seen */
	CHECK(hak_cache_count_any(c, small) == n && hak_cache_count_any(c, large) == n_large);
	for (unsigned n_used = 1; n > 4; n_used++) {
		unsigned n_deep = n_used == 1 ? 1 : (unsigned)n / 3;
		void *p[64];

		for (unsigned i = 0; i < n_deep; i++)
			p[i] = take_block(c, small);
		for (unsigned i = 0; i < n_deep; i++)
			give_block(c, p[i]);
		use(c, large);
		hak_cache_sweep_own(c);
		n -= n_used == 1 ? n * 7 / 8 : (n + 1) / 2;
		CHECK(hak_cache_count_any(c, small) == n && slots(c, small) > 0, "%zu are left, not %zu",
			hak_cache_count_any(c, small), n);
		CHECK(hak_cache_count_any(c, large) == n_large);
	}
	use(c, large);
	hak_cache_sweep_own(c);
	CHECK(slots(c, small) == 0 && hak_cache_count_any(c, large) == n_large);
	use(c, large);
	swing(c, small, 60);
	hak_cache_sweep_own(c);
	use(c, large);
	hak_cache_limit_own(c, claimed(c) - 1);
	CHECK(slots(c, small) == 0 && slots(c, large) == n_slots && hak_cache_count_any(c, large) == n_large);

	hak_cache_limit_own(c, HAK_BUDGET_MOST);
	swing(c, small, 60);
	n = hak_cache_count_any(c, small);
	use(c, small);
	use(c, large);
	hak_cache_limit_own(c, claimed(c) - 1);
	CHECK(slots(c, large) == 0 && hak_cache_count_any(c, small) == n);
	hak_cache_limit_own(c, HAK_BUDGET_MOST);
	hak_cache_flush_own(c);
}

/* A program that goes from class to class leaves nothing in those that it does not use any more, though all would fit; what
 * it uses now and then stays. */
static void check_left(struct hak_cache *c, unsigned used)
{
	CHECK(c->n_bytes == 0);
	for (unsigned sc = used + 1; sc < used + 21; sc++) {
		swing(c, used, 20);
		swing(c, sc, 1000);
		CHECK(slots(c, sc) >= 64);
	}
	CHECK(slots(c, used) > 0 && hak_cache_count_any(c, used) > 0);
	for (unsigned sc = used + 1; sc < used + 8; sc++)
		CHECK(slots(c, sc) == 0, "%u slots of class %u", slots(c, sc), sc);
	hak_cache_flush_own(c);
}

int main(void)
{
	const unsigned resting = hak_class_of(4096), used = hak_class_of(48), growing = hak_class_of(64);
	struct hak_cache *c = make_cache(make_heap());
	unsigned n;

	CHECK(c->n_most == HAK_BUDGET_MOST);
	check_first(c);
	check_growth(c, growing);
	check_evidence(c, growing);
	check_raise(c, growing);
	check_rest(c, used, resting);
	check_left(c, growing);

	/* Any size within any budget, down to none. */
	for (size_t most = KIB(256); ; most /= 2) {
		hak_cache_limit_own(c, most);
		CHECK(claimed(c) <= most);
		for (unsigned sc = 0; sc < HAK_N_CLASSES; sc += 3)
			swing(c, sc, 100);
		if (most == 0)
			break;
	}
	CHECK(claimed(c) == 0);

	/* After a number of looks what rests is gone; a class that comes and goes meanwhile keeps its array. */
	hak_cache_limit_own(c, KIB(400));
	swing(c, resting, 200);
	n = slots(c, resting);
	CHECK(n >= 32, "%u slots", n);
	swing(c, used, 20);
	for (unsigned i = 0; slots(c, resting) > 0; i++) {
		CHECK(i < 2000, "%u slots rest, %u grow, of %zu bytes", slots(c, resting), slots(c, growing), c->n_bytes);
		swing(c, growing, 2000 + i % 20 * 200);
		blocks[N - 1] = take_block(c, used);
		swing(c, growing, 2000 + i % 20 * 200);
		give_block(c, blocks[N - 1]);
	}
	CHECK(slots(c, growing) > 500 && slots(c, used) > 0, "%u, %u", slots(c, growing), slots(c, used));

	hak_cache_limit_own(c, 0);
	CHECK(claimed(c) == 0 && count_class(used).alive == 0);
	settle();
	check_all_home();
	return 0;
}
