/* SPDX-License-Identifier: MIT */
/* Holes go by rounds: a slab in which something moves between two of them gives none, one that rests gives its holes in the
 * second. The bytes are counted as the kernel sees them go, and no block can be had while its pages are on their way. */
#include "caches.h"
#include "conf/options.h"
#include "os/page.h"
#include "tiny/hole.h"

#define DELAY 1000
#define N_BLOCKS 256
#define SIZE 4096
#define N_SLABS 8

static struct hak_heap *h;
static struct hak_cache *c;
static unsigned sc;
static char *blocks[N_BLOCKS];
static unsigned n_looks;

static bool is_always(void *unused)
{
	(void)unused;
	n_looks++;
	CHECK(n_looks < 100000, "a round without an end");
	return true;
}

static size_t purge_at(uint64_t now)
{
	n_looks = 0;
	check_news(h);
	return hak_hole_purge_any(h, now, DELAY, false, is_always, NULL);
}

static void take(unsigned i)
{
	blocks[i] = take_block(c, sc);
	memset(blocks[i], 1, SIZE);
}

/* To the slabs, at once. */
static void give(unsigned i)
{
	give_block(c, blocks[i]);
	blocks[i] = NULL;
	hak_cache_flush_own(c);
}

static unsigned n_news(void)
{
	check_news(h);
	return h->n_news;
}

/* Bytes of holes in all slabs of the class: what a purge of everything would find. */
static size_t holes(void)
{
	size_t n = 0, page = hak_os_page_size();

	for (struct hak_link *l = h->bin[sc].open.next; l != &h->bin[sc].open; l = l->next) {
		const struct hak_slab *s = HAK_MEMBER(l, const struct hak_slab, link);

		for (unsigned i = 0; i < s->n_blocks; i++)
			n += hak_bit_is_set(s->bits, i) ? SIZE / page * page : 0;
	}
	return n;
}

static void check_rest(void)
{
	size_t n;

	/* Every fourth block stays: three between them go. */
	for (unsigned i = 0; i < N_BLOCKS; i++)
		if (i % 4)
			give(i);
	CHECK(n_news() == N_SLABS && hak_hole_is_due_any(h));
	n = holes();
	CHECK(n == N_BLOCKS / 4 * 3 * SIZE);
	/* Slabs are in news since now: the first round only looks. */
	CHECK(purge_at(10000) == 0 && n_news() == N_SLABS);
	CHECK(purge_at(10000 + DELAY - 1) == 0 && n_news() == N_SLABS);
	CHECK(purge_at(10000 + DELAY) == n && n_news() == 0 && !hak_hole_is_due_any(h));
	CHECK(purge_at(10000 + 2 * DELAY) == 0 && purge_at(10000 + 3 * DELAY) == 0);
	CHECK(holes() == n, "its blocks are there");
	for (unsigned i = 0; i < N_BLOCKS; i++)
		CHECK(blocks[i] == NULL || (blocks[i][0] == 1 && blocks[i][SIZE - 1] == 1), "of a block that is alive");
}

/* One of the slabs changes between any two rounds, by a block that comes or one that goes. */
static void check_changes(void)
{
	uint64_t now = 20000;
	struct hak_slab *busy;
	unsigned at = 0;

	/* All taken again, and every second one freed. */
	for (unsigned i = 0; i < N_BLOCKS; i++)
		if (blocks[i] == NULL)
			take(i);
	hak_cache_flush_own(c);
	CHECK(n_news() == 0, "%u", h->n_news);
	for (unsigned i = 0; i < N_BLOCKS; i += 2)
		give(i);
	CHECK(n_news() == N_SLABS);
	busy = slab_of(blocks[N_BLOCKS - 1]);
	CHECK(purge_at(now) == 0);
	for (unsigned round = 0; round < 6; round++) {
		size_t n;

		if (round % 2) { /* a block comes back */
			for (at = 1; at < N_BLOCKS && (blocks[at] == NULL || slab_of(blocks[at]) != busy); at += 2)
				;
			CHECK(at < N_BLOCKS);
			give(at);
		} else {
			struct hak_slot slot;

			hak_heap_lock(h);
			CHECK(hak_slab_take_locked(h, busy, &slot, 1) == 1);
			hak_heap_unlock(h);
			hak_cache_hand_out(slot, sc);
			at = 0;
			while (blocks[at] != NULL)
				at++;
			blocks[at] = slot.block;
			memset(blocks[at], 1, SIZE);
		}
		now += DELAY;
		n = purge_at(now);
		CHECK(n == (round == 0 ? N_BLOCKS / 2 / N_SLABS * (N_SLABS - 1) * SIZE : 0), "round %u: %zu bytes", round, n);
		CHECK(n_news() == 1 && HAK_MEMBER(h->news.next, struct hak_slab, in_news) == busy);
	}
	now += DELAY;
	CHECK(purge_at(now) > 0 && n_news() == 0);
}

/* Asked for all, nothing has to rest. */
static void check_all(void)
{
	size_t n;

	for (unsigned i = 0; i < N_BLOCKS; i++)
		if (blocks[i] == NULL)
			take(i);
	hak_cache_flush_own(c);
	for (unsigned i = 0; i < N_BLOCKS; i += 2)
		give(i);
	n = holes();
	n_looks = 0;
	CHECK(hak_hole_purge_any(h, 1, DELAY, true, is_always, NULL) == n && n_news() == 0);
}

static unsigned n_left;

static bool has_looks(void *unused)
{
	(void)unused;
	return n_left-- > 0;
}

/* Little by little, and what leaves news amid a round is no more looked for: it ends. */
static void check_bites(void)
{
	uint64_t now = 60000;
	size_t n = 0, wanted;

	for (unsigned i = 0; i < N_BLOCKS; i++)
		if (blocks[i] == NULL)
			take(i);
	hak_cache_flush_own(c);
	for (unsigned i = 0; i < N_BLOCKS; i += 2)
		give(i);
	wanted = holes();
	CHECK(purge_at(now) == 0);
	for (unsigned i = 0; i < 1000 && n < wanted; i++) {
		size_t n_before = n;

		n_left = 1;
		n += hak_hole_purge_any(h, now + DELAY, DELAY, false, has_looks, NULL);
		check_news(h);
		CHECK(n - n_before < wanted / 2); /* a few holes at a time */
	}
	CHECK(n == wanted);

	for (unsigned i = 0; i < N_BLOCKS; i += 2)
		take(i);
	hak_cache_flush_own(c);
	for (unsigned i = 0; i < N_BLOCKS; i += 2)
		give(i);
	now += 3 * DELAY;
	CHECK(purge_at(now) == 0);
	n_left = 1;
	n = hak_hole_purge_any(h, now + DELAY, DELAY, false, has_looks, NULL);
	CHECK(n > 0 && h->n_round > 0);
	for (unsigned i = 0; i < N_BLOCKS; i += 2)
		take(i); /* all of them are full */
	CHECK(n_news() == 0 && h->n_round == 0);
	n_looks = 0;
	CHECK(purge_at(now + DELAY) == 0 && n_looks < 10);
	hak_cache_flush_own(c);
	/* New ones are not of the round that went on meanwhile. */
	for (unsigned i = 0; i < N_BLOCKS; i += 2)
		give(i);
	CHECK(purge_at(now + DELAY) == 0 && n_news() == N_SLABS);
}

int main(void)
{
	if (hak_os_page_size() != SIZE)
		UNSUPPORTED_BECAUSE("written for OS pages of 4 KiB");
	hak_options.thp = HAK_THP_NEVER;
	sc = hak_class_of(SIZE);
	h = make_heap();
	c = make_cache(h);
	for (unsigned i = 0; i < N_BLOCKS; i++)
		take(i);
	hak_cache_flush_own(c);
	CHECK(h->bin[sc].n_slabs == N_SLABS && n_news() <= 1);
	check_rest();
	check_changes();
	check_all();
	check_bites();
	for (unsigned i = 0; i < N_BLOCKS; i++)
		if (blocks[i] != NULL)
			give(i);
	settle();
	check_all_home();
	return 0;
}
