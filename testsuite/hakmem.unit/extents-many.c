/* SPDX-License-Identifier: MIT */
/* hak-timeout: 300 */
/* A million runs in thousands of superslabs, addresses only, taken, given back, extended and cut at random: the bitmaps, the
 * bounds and the sums agree, and what is free is found again, so that it takes no more superslabs than it has to. */
#include "unit.h"
#include "conf/options.h"
#include "region/superslab.h"

#define N_RUNS 1000000
#define N_LARGEST 8

static struct hak_slices *out;
static size_t n_slices;

static void take(struct hak_slices *s, size_t n)
{
	CHECK(hak_superslab_take(n, HAK_SLICE_SIZE, s));
	n_slices += n;
}

static void give(struct hak_slices *s, size_t n)
{
	hak_superslab_give(s->superslab, s->base + (s->n - n) * HAK_SLICE_SIZE, n);
	s->n -= n;
	n_slices -= n;
}

static void step(uint64_t *state, unsigned n_runs)
{
	struct hak_slices *s = &out[rnd(state) % n_runs];
	bool is_clean;

	switch (rnd(state) % 4) {
	case 0: /* longer by one */
		if (hak_superslab_extend(s->superslab, s->base, s->n, s->n + 1, &is_clean)) {
			s->n++;
			n_slices++;
		}
		break;
	case 1: /* shorter by one */
		if (s->n > 1)
			give(s, 1);
		break;
	default:
		give(s, s->n);
		take(s, 1 + rnd(state) % 3 * (rnd(state) % N_LARGEST) / 2);
	}
}

int main(void)
{
	unsigned n_runs = (unsigned)rounds(N_RUNS);
	struct hak_superslab_stats stats;
	uint64_t state = 3;

	hak_options.purge_delay = -1;
	CHECK(out = calloc(n_runs, sizeof *out));
	for (unsigned i = 0; i < n_runs; i++)
		take(&out[i], 1 + rnd(&state) % 3 * (rnd(&state) % N_LARGEST) / 2);
	for (unsigned i = 0; i < 10; i++) {
		for (unsigned k = 0; k < n_runs; k++)
			step(&state, n_runs);
		CHECK(hak_superslab_check() == 0);
		hak_superslab_stats_get(&stats);
		CHECK(stats.used == n_slices * HAK_SLICE_SIZE);
		CHECK(stats.used >= stats.mapped / 20 * 17, "%zu used of %zu", (size_t)stats.used, (size_t)stats.mapped);
	}
	for (unsigned i = 0; i < n_runs; i++)
		give(&out[i], out[i].n);
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
	hak_superslab_stats_get(&stats);
	CHECK(hak_superslab_check() == 0 && stats.used == 0 && stats.dirty == 0 && stats.n_superslabs == 1);
	return 0;
}
