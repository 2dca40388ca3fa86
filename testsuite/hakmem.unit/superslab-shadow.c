/* SPDX-License-Identifier: MIT */
/* hak-timeout: 120 */
/* Slices taken, extended, given back and purged at random, against a list of what is out: no two overlap, clean
 * ones read as zero, the figures are exact, and the superslabs' own check finds nothing at any time. */
#include "unit.h"
#include "base/bits.h"
#include "conf/limits.h"
#include "region/superslab.h"

#define MAX_OUT 400

static struct hak_slices out[MAX_OUT];
static unsigned n_out;
static uint64_t n_used;

static void check_slices(const struct hak_slices *s, size_t from, bool is_clean)
{
	for (unsigned i = 0; i < n_out; i++) {
		const struct hak_slices *o = &out[i];

		CHECK(o == s || s->base + s->n * HAK_SLICE_SIZE <= o->base ||
		      o->base + o->n * HAK_SLICE_SIZE <= s->base);
		CHECK(o == s || o->record + o->n <= s->record || s->record + s->n <= o->record);
	}
	for (size_t i = from; i < s->n; i++) {
		char *slice = s->base + i * HAK_SLICE_SIZE;

		CHECK(hak_registry_find(slice) == hak_superslab_nothing(s->superslab));
		CHECK(!is_clean || (zeroed(slice, 64) == 64 && zeroed(slice + 40000, 64) == 64), "slice %zu",
		      i);
		memset(slice, 0xa5, 64);
		memset(slice + 40000, 0xa5, 64);
	}
	n_used += s->n - from;
}

static void check_figures(void)
{
	struct hak_superslab_stats stats;

	CHECK(hak_superslab_check() == 0);
	hak_superslab_stats_get(&stats);
	CHECK(stats.used == n_used * HAK_SLICE_SIZE, "%d slices used, not %d",
	      (int)(stats.used / HAK_SLICE_SIZE), (int)n_used);
	CHECK(stats.used + stats.dirty <= stats.mapped && (stats.n_superslabs > 0 || stats.mapped == 0));
}

static void take(size_t n, size_t align)
{
	struct hak_slices *s = &out[n_out];

	CHECK(hak_superslab_take(n, align, s));
	CHECK(s->n == n && (uintptr_t)s->base % align == 0 && (uintptr_t)s->base % HAK_SLICE_SIZE == 0);
	check_slices(s, 0, s->is_clean);
	n_out++;
}

static void give(unsigned i)
{
	CHECK(memcmp(out[i].base, "\xa5\xa5\xa5\xa5", 4) == 0);
	hak_superslab_give(out[i].superslab, out[i].base, out[i].n);
	n_used -= out[i].n;
	out[i] = out[--n_out];
}

static void extend(unsigned i, size_t n_new)
{
	struct hak_slices *s = &out[i];
	size_t n_old = s->n;
	bool is_clean;

	if (!hak_superslab_extend(s->superslab, s->base, n_old, n_new, &is_clean))
		return;
	s->n = n_new;
	check_slices(s, n_old, is_clean);
}

static void shrink(unsigned i, size_t n)
{
	struct hak_slices *s = &out[i];

	hak_superslab_give(s->superslab, s->base + n * HAK_SLICE_SIZE, s->n - n);
	n_used -= s->n - n;
	s->n = n;
}

int main(void)
{
	unsigned long n_rounds = rounds(30000);
	uint64_t state = 1;
	struct hak_superslab_stats stats;

	check_figures();
	for (unsigned long round = 0; round < n_rounds; round++) {
		unsigned i = n_out > 0 ? (unsigned)(rnd(&state) % n_out) : 0;
		unsigned what = (unsigned)(rnd(&state) % 100);
		/* Waves: full now, empty then. */
		bool is_growing = round / (n_rounds / 6 + 1) % 2 == 0;

		if (what < (is_growing ? 50 : 20)) {
			if (n_out < MAX_OUT)
				take(rnd_size(&state, what % 10 == 0 ? HAK_RUN_MAX / HAK_SLICE_SIZE : 16),
					what % 5 == 0 ? HAK_SLICE_SIZE << rnd(&state) % 7 : HAK_SLICE_SIZE);
		} else if (n_out > 0 && what < 70) {
			give(i);
		} else if (n_out > 0 && what < 85) {
			extend(i, out[i].n + 1 + rnd(&state) % 8);
		} else if (n_out > 0 && what < 95) {
			if (out[i].n > 1)
				shrink(i, 1 + rnd(&state) % (out[i].n - 1));
		} else {
			if (what == 98)
				hak_superslab_age();
			hak_superslab_purge(what == 99 ? HAK_PURGE_ALL : what == 97 ? HAK_PURGE_SLACK : HAK_PURGE_AGED,
				what % 2 ? SIZE_MAX : rnd_size(&state, MIB(8)));
		}
		check_figures();
	}
	while (n_out > 0)
		give(n_out - 1);
	check_figures();
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
	check_figures();
	hak_superslab_stats_get(&stats);
	CHECK(stats.dirty == 0 && stats.used == 0 && stats.n_superslabs <= 1);
	CHECK(hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX) == 0);
	return 0;
}
