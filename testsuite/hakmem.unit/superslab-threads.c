/* SPDX-License-Identifier: MIT */
/* hak-timeout: 120 */
/* Several threads take, give and purge slices: no slice is anybody else's, and the check holds throughout. */
#include "threads.h"
#include "base/atomic.h"
#include "conf/limits.h"
#include "region/superslab.h"

#define N_THREADS 6
#define MAX_OUT 40

static uint64_t n_used;

/* Every slice's first word: whose it is. Purging makes it 0. */
static void mark(struct hak_slices *s, size_t from, uint64_t id, bool is_clean)
{
	for (size_t i = from; i < s->n; i++) {
		uint64_t *word = (uint64_t *)(s->base + i * HAK_SLICE_SIZE);

		CHECK(*word == 0 || (!is_clean && *word == UINT64_MAX), "slice of thread %d", (int)*word);
		*word = id;
	}
	hak_add_relaxed(&n_used, s->n - from);
}

static void unmark(const struct hak_slices *s, size_t from, uint64_t id)
{
	for (size_t i = from; i < s->n; i++) {
		uint64_t *word = (uint64_t *)(s->base + i * HAK_SLICE_SIZE);

		CHECK(*word == id);
		*word = UINT64_MAX;
	}
	hak_sub_relaxed(&n_used, s->n - from);
}

static void run(unsigned idx)
{
	struct hak_slices out[MAX_OUT];
	unsigned n_out = 0;
	uint64_t state = idx + 1, id = idx + 1;
	unsigned long n = rounds(20000);

	for (unsigned long round = 0; round < n; round++) {
		unsigned what = (unsigned)(rnd(&state) % 100);
		unsigned i = n_out > 0 ? (unsigned)(rnd(&state) % n_out) : 0;

		if (what < 45 && n_out < MAX_OUT) {
			CHECK(hak_superslab_take(rnd_size(&state, 20), HAK_SLICE_SIZE << rnd(&state) % 4,
						 &out[n_out]));
			mark(&out[n_out], 0, id, out[n_out].is_clean);
			n_out++;
		} else if (what < 80 && n_out > 0) {
			unmark(&out[i], 0, id);
			hak_superslab_give(out[i].superslab, out[i].base, out[i].n);
			out[i] = out[--n_out];
		} else if (what < 95 && n_out > 0) {
			size_t n_old = out[i].n;
			bool is_clean;

			if (hak_superslab_extend(out[i].superslab, out[i].base, n_old, n_old + 3,
						 &is_clean)) {
				out[i].n = n_old + 3;
				mark(&out[i], n_old, id, is_clean);
			}
		} else if (what < 97) {
			if (what == 95)
				hak_superslab_age();
			hak_superslab_purge(what == 96 ? HAK_PURGE_ALL : HAK_PURGE_AGED, SIZE_MAX);
		} else if (what < 98) {
			CHECK(hak_superslab_check() == 0);
		}
	}
	while (n_out-- > 0) {
		unmark(&out[n_out], 0, id);
		hak_superslab_give(out[n_out].superslab, out[n_out].base, out[n_out].n);
	}
}

int main(void)
{
	struct hak_superslab_stats stats;

	run_threads(N_THREADS, run);
	CHECK(n_used == 0 && hak_superslab_check() == 0);
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
	hak_superslab_stats_get(&stats);
	CHECK(stats.used == 0 && stats.dirty == 0 && stats.n_superslabs <= 1);
	return 0;
}
