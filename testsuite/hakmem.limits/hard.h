/* SPDX-License-Identifier: MIT */
/* What the tests of limit_hard share: blocks in a chain, taken until one is refused, and where that happened. */
#ifndef HARD_H
#define HARD_H
#include "check.h"
#include <hakmem.h>

struct chain {
	struct chain *next;
};

UNUSED static struct hakmem_stats stats_now(void)
{
	struct hakmem_stats stats;

	CHECK(hakmem_stats_get(&stats, sizeof stats) == sizeof stats);
	return stats;
}

/* Takes blocks by take(size) and writes to all of them, until one is refused with ENOMEM. Returns how many. */
UNUSED static size_t take_all(struct chain **chain, void *(*take)(size_t), size_t size)
{
	size_t n = 0;

	for (;;) {
		struct chain *p;

		errno_set(0);
		p = hide(take(size));
		if (!p)
			break;
		memset(p, 1, size);
		p->next = *chain;
		*chain = p;
		n++;
		CHECK(n * size < GIB(1), "%zu blocks of %zu, and no end", n, size);
	}
	CHECK(errno_get() == ENOMEM, "after %zu blocks of %zu", n, size);
	return n;
}

UNUSED static void free_all(struct chain *chain)
{
	while (chain) {
		struct chain *p = chain;

		chain = p->next;
		free(p);
	}
}

static size_t rss_beside; /* resident, but not held by the library: set before anything was freed */

/* What is held, and resident beyond what was there at first, is limit; give or take 4 MiB, and one block; and what a block's
 * class has more than was asked for, which is not touched here. */
UNUSED static void check_at(size_t limit, size_t size)
{
	struct hakmem_stats stats = stats_now();
	size_t resident = rss() - rss_beside;

	CHECK(stats.limit_hard == limit, "limit %zu", (size_t)stats.limit_hard);
	CHECK(stats.held <= limit + MIB(1), "%zu held", (size_t)stats.held);
	CHECK(stats.held + MIB(4) + size >= limit, "%zu held", (size_t)stats.held);
	CHECK(resident <= limit + MIB(4), "%zu resident", resident);
	CHECK(resident + resident / 8 + MIB(4) + size >= limit, "%zu resident, %zu held", resident, (size_t)stats.held);
	CHECK(stats.n_refused > 0);
}

/* Refused at the limit, three times over, with everything freed in between. */
UNUSED static void check_rounds(void *(*take)(size_t), size_t size, size_t limit)
{
	size_t n = 0;
	unsigned round;

	if (!rss_beside)
		rss_beside = rss() - (size_t)stats_now().held;
	for (round = 0; round < 3; round++) {
		struct chain *chain = NULL;
		size_t n_now = take_all(&chain, take, size);

		check_at(limit, size);
		CHECK(n == 0 || (n_now >= n - n / 50 && n_now <= n + n / 50), "%zu blocks of %zu, then %zu", n, size, n_now);
		n = n_now;
		CHECK(!take(limit + 1) && errno == ENOMEM);
		free_all(chain);
	}
	CHECK(hakmem_check() == 0);
}

#endif
