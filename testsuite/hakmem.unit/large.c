/* SPDX-License-Identifier: MIT */
/* hak-timeout: 120 */
/* Large blocks taken, resized and given back by several threads keep their contents and alignment; a clean one reads
 * as zero; the figures are exact, and a purge leaves nothing behind. */
#include "threads.h"
#include "conf/options.h"
#include "large/kept.h"
#include "large/large.h"

#define N_THREADS 4
#define MAX_OUT 12

static void run(unsigned idx)
{
	struct { char *p; size_t size; uint64_t seed; } out[MAX_OUT];
	unsigned n_out = 0;
	uint64_t state = idx + 1;
	unsigned long n = rounds(1200);

	for (unsigned long round = 0; round < n; round++) {
		unsigned what = (unsigned)(rnd(&state) % 100);
		unsigned i = n_out > 0 ? (unsigned)(rnd(&state) % n_out) : 0;
		struct hak_span *span = n_out > 0 ? hak_registry_find(out[i].p) : NULL;

		if (what < 45 && n_out < MAX_OUT) {
			size_t size = rnd_size(&state, MIB(20));
			size_t align = what % 5 == 0 ? KIB(4) << rnd(&state) % 13 : HAK_ALIGNMENT;
			bool is_clean;
			char *p = hak_large_take(size, align, false, &is_clean);

			CHECK(p != NULL && (uintptr_t)p % align == 0 && hak_large_find(p) != NULL &&
				hak_large_find(p + size - 1) != NULL);
			CHECK(hak_registry_find(p) != NULL && hak_registry_find(p)->size >= size);
			for (size_t off = 0; is_clean && off < size; off += 4099)
				CHECK(p[off] == 0);
			out[n_out].p = p;
			out[n_out].size = size;
			out[n_out].seed = rnd(&state);
			fill_thin(p, size, out[n_out++].seed);
		} else if (what < 70 && n_out > 0) {
			CHECK(filled_thin(out[i].p, out[i].size, out[i].seed) == out[i].size);
			CHECK(hak_large_give(span, out[i].p));
			out[i] = out[--n_out];
		} else if (what < 97 && n_out > 0) {
			size_t size = rnd_size(&state, MIB(20));
			size_t least = size < out[i].size ? size : out[i].size;
			char *p = hak_large_resize(span, out[i].p, size);

			CHECK(p != NULL && hak_registry_find(p) == span);
			CHECK(filled_thin(p, least, out[i].seed) == least);
			out[i].p = p;
			out[i].size = size;
			fill_thin(p, size, out[i].seed);
		} else {
			hak_kept_purge(what == 99 ? 0 : 10, rnd_size(&state, MIB(30)), what == 98 ? MIB(1) : SIZE_MAX);
		}
	}
	while (n_out-- > 0)
		CHECK(hak_large_give(hak_registry_find(out[n_out].p), out[n_out].p));
}

static struct hak_span *twice;
static char *at;
static unsigned n_won;

static void give_twice(unsigned idx)
{
	(void)idx;
	if (hak_large_give(twice, at))
		__atomic_fetch_add(&n_won, 1, __ATOMIC_RELAXED);
}

static char *take(size_t size, bool is_clean_wanted)
{
	bool is_clean;
	char *p = hak_large_take(size, HAK_ALIGNMENT, false, &is_clean);

	CHECK(p != NULL && is_clean == is_clean_wanted);
	return p;
}

static void give(char *p)
{
	CHECK(hak_large_give(hak_registry_find(p), p) && hak_registry_find(p) == NULL && hak_large_find(p) == NULL);
}

static void check_stats(unsigned n_live, size_t live, size_t cached)
{
	struct hak_large_stats stats;

	hak_large_stats_get(&stats);
	CHECK(stats.n_live == n_live && stats.live == live && stats.cached == cached, "%u live, %zu and %zu MiB",
		(unsigned)stats.n_live, (size_t)stats.live >> 20, (size_t)stats.cached >> 20);
}

/* A kept mapping is used again, dirty: a part of it for less, with pages of its own for more. */
static void check_reuse(void)
{
	char *p = take(MIB(20), true), *q, *r;

	p[0] = p[MIB(20) - 1] = 'p';
	give(p);
	check_stats(0, 0, MIB(20));
	q = take(MIB(6), false);
	r = take(MIB(5), false);
	CHECK(q == p && r == p + MIB(6));
	check_stats(2, MIB(11), MIB(9));

	/* The rest is behind r: r grows into it, and q, which it is not behind, moves with its pages. */
	r[MIB(5) - 1] = 'r';
	q[0] = 'q';
	CHECK(hak_large_resize(hak_registry_find(r), r, MIB(7)) == r && r[MIB(5) - 1] == 'r');
	check_stats(2, MIB(13), MIB(7));
	q = hak_large_resize(hak_registry_find(q), q, MIB(8));
	CHECK(q != NULL && q != p && q[0] == 'q' && hak_registry_find(p) == NULL);
	q[MIB(8) - 1] = 'q';
	check_stats(2, MIB(15), MIB(7));

	/* What was one mapping is one again. */
	give(r);
	check_stats(1, MIB(8), MIB(14));
	r = take(MIB(14) - 4096, false);
	CHECK(r == p + MIB(6));
	check_stats(2, MIB(22), 0);
	give(r);

	/* A quarter of it does not help a block of 60 MiB; of 40 MiB it is the first 14, wherever they are then. */
	p = take(MIB(60), true);
	check_stats(2, MIB(68), MIB(14));
	r = take(MIB(40), false);
	CHECK(r[MIB(14) - 1] == 'p');
	memset(r, 'r', MIB(40));
	check_stats(3, MIB(108), 0);
	give(r);

	/* Aligned ones too. */
	CHECK(hak_large_take(MIB(8), MIB(64), false, &(bool){ true }) != NULL);
	hak_kept_purge(0, SIZE_MAX, SIZE_MAX);
	check_stats(3, MIB(76), 0);
	give(q);
	give(p);
	hak_kept_purge(0, SIZE_MAX, SIZE_MAX);
}

/* Of a long one a piece goes at a time, from its end; the rest is used again. */
static void check_pieces(void)
{
	char *p = take(MIB(20), true), *q;

	memset(p, 1, MIB(20));
	give(p);
	CHECK(hak_kept_purge(60000, SIZE_MAX, MIB(1)) == 0); /* too young */
	CHECK(hak_kept_purge(0, MIB(3), MIB(1)) == MIB(3));
	check_stats(1, MIB(8), MIB(17));
	q = take(MIB(17), false);
	CHECK(q == p && q[0] == 1 && q[MIB(17) - 1] == 1);
	check_stats(2, MIB(25), 0);
	give(q);
	CHECK(hak_kept_purge(0, SIZE_MAX, SIZE_MAX) == MIB(17));
	check_stats(1, MIB(8), 0);
}

int main(void)
{
	struct hak_large_stats stats;
	size_t before = vm_size();
	bool is_clean;
	char *p;

	run_threads(N_THREADS, run);
	hak_large_stats_get(&stats);
	CHECK(stats.n_live == 0 && stats.live == 0);
	hak_kept_purge(0, SIZE_MAX, SIZE_MAX);
	hak_large_stats_get(&stats);
	CHECK(stats.cached == 0);
	CHECK(getenv("HAK_UNIT_BUILD") == NULL || strcmp(getenv("HAK_UNIT_BUILD"), "plain") != 0 ||
		vm_size() < before + MIB(400), "%zu MiB more", (vm_size() - before) >> 20);

	hak_options.purge_delay = -1; /* all is kept that there are slots for */
	check_reuse();
	check_pieces();
	p = take(MIB(7), true);

	/* No address that large, no such alignment. */
	CHECK(hak_large_take(SIZE_MAX - 100, HAK_ALIGNMENT, false, &is_clean) == NULL);
	CHECK(hak_large_take((size_t)1 << (HAK_ADDRESS_BITS - 1), HAK_ALIGNMENT, false, &is_clean) == NULL);
	CHECK(hak_large_take(1, 2 * HAK_ALIGN_MAX, false, &is_clean) == NULL);
	CHECK(hak_large_resize(hak_registry_find(p), p, SIZE_MAX - 100) == NULL && hak_large_find(p) != NULL);

	for (unsigned round = 0; round < 100; round++) {
		n_won = 0;
		p = hak_large_take(MIB(1), HAK_ALIGNMENT, false, &is_clean);
		CHECK(p != NULL);
		at = p;
		twice = hak_registry_find(p);
		run_threads(2, give_twice);
		CHECK(n_won == 1);
	}
	return 0;
}
