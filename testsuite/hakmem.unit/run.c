/* SPDX-License-Identifier: MIT */
/* hak-timeout: 120 */
/* Runs taken, resized in place and given back by several threads keep their contents, sizes and alignment; the
 * bytes in use are exact; only the first of two frees wins. */
#include "threads.h"
#include "conf/limits.h"
#include "mid/run.h"
#include "os/page.h"

#define N_THREADS 4
#define MAX_OUT 30

static uint64_t n_bytes;

static void check_span(const char *p, const struct hak_span *run, size_t size)
{
	CHECK(run != NULL && run->kind == HAK_KIND_RUN && run->base == p);
	CHECK(run->size >= size && run->size % hak_os_page_size() == 0 &&
	      run->size < size + hak_os_page_size() + (size == 0));
	CHECK(run->n_slices * HAK_SLICE_SIZE >= run->size);
	CHECK(hak_registry_find(p + (run->n_slices - 1) * HAK_SLICE_SIZE) == run);
}

static void run(unsigned idx)
{
	struct { char *p; size_t size; uint64_t seed; } out[MAX_OUT];
	unsigned n_out = 0;
	uint64_t state = idx + 1;
	unsigned long n = rounds(4000);

	for (unsigned long round = 0; round < n; round++) {
		unsigned what = (unsigned)(rnd(&state) % 100);
		unsigned i = n_out > 0 ? (unsigned)(rnd(&state) % n_out) : 0;
		struct hak_span *span = n_out > 0 ? hak_registry_find(out[i].p) : NULL;

		if (what < 45 && n_out < MAX_OUT) {
			size_t size =
				what % 9 == 0 ? HAK_RUN_MAX - rnd(&state) % 5000 : rnd_size(&state, KIB(700));
			size_t align = what % 5 == 0 ? KIB(64) << rnd(&state) % 6 : HAK_ALIGNMENT;
			bool is_clean;
			char *p = hak_run_take(size, align, &is_clean);

			CHECK(p != NULL && (uintptr_t)p % align == 0);
			CHECK(!is_clean || zeroed(p, size) == size);
			check_span(p, hak_registry_find(p), size);
			out[n_out].p = p;
			out[n_out].size = size;
			out[n_out].seed = rnd(&state);
			fill_thin(p, size, out[n_out++].seed);
		} else if (what < 75 && n_out > 0) {
			CHECK(filled_thin(out[i].p, out[i].size, out[i].seed) == out[i].size);
			CHECK(hak_run_give(span, out[i].p));
			out[i] = out[--n_out];
		} else if (n_out > 0) {
			size_t size = rnd_size(&state, what % 2 ? out[i].size : HAK_RUN_MAX);
			size_t least = size < out[i].size ? size : out[i].size;

			CHECK(filled_thin(out[i].p, out[i].size, out[i].seed) == out[i].size);
			if (!hak_run_resize(span, out[i].p, size)) {
				CHECK(size > out[i].size);
				continue;
			}
			check_span(out[i].p, span, size);
			CHECK(filled_thin(out[i].p, least, out[i].seed) == least);
			out[i].size = size;
			fill_thin(out[i].p, size, out[i].seed);
		}
	}
	while (n_out-- > 0)
		CHECK(hak_run_give(hak_registry_find(out[n_out].p), out[n_out].p));
}

/* Two slices for a moment; who is second at giving them back is told so. */
static struct hak_span *twice;
static char *at;
static unsigned n_won;

static void give_twice(unsigned idx)
{
	(void)idx;
	if (hak_run_give(twice, at))
		__atomic_fetch_add(&n_won, 1, __ATOMIC_RELAXED);
}

int main(void)
{
	bool is_clean;
	struct hak_superslab_stats stats;

	run_threads(N_THREADS, run);
	hak_superslab_stats_get(&stats);
	CHECK(hak_run_bytes() == 0 && stats.used == 0 && hak_superslab_check() == 0);
	for (size_t size = 0; size < KIB(300); size += 12345) {
		CHECK(hak_run_take(size, HAK_ALIGNMENT, &is_clean) != NULL);
		n_bytes += size > 0
				   ? (size + hak_os_page_size() - 1) / hak_os_page_size() * hak_os_page_size()
				   : hak_os_page_size();
		CHECK(hak_run_bytes() == n_bytes);
	}
	for (unsigned round = 0; round < 100; round++) {
		n_won = 0;
		at = hak_run_take(KIB(100), HAK_ALIGNMENT, &is_clean);
		twice = hak_registry_find(at);
		run_threads(2, give_twice);
		CHECK(n_won == 1);
	}
	return 0;
}
