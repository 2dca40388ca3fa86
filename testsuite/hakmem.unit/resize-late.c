/* SPDX-License-Identifier: MIT */
/* A realloc() in place that comes after another thread has freed the block changes nothing: not for whoever has the memory by
 * now, and the block stays free. */
#include "caches.h"
#include "free/dispatch.h"
#include "large/guarded.h"
#include "large/kept.h"
#include "large/large.h"
#include "mid/run.h"

static char *take_run(size_t n)
{
	bool is_clean;
	char *p = hak_run_take(n * HAK_SLICE_SIZE, HAK_ALIGNMENT, &is_clean);

	CHECK(p != NULL);
	return p;
}

static char *take_large(size_t size)
{
	bool is_clean;
	char *p = hak_large_take(size, HAK_ALIGNMENT, false, &is_clean);

	CHECK(p != NULL);
	return p;
}

/* The run before it has grown over all that it had, or none has. */
static void check_run(size_t n_late, bool is_taken)
{
	char *first = take_run(1), *p = take_run(5);
	struct hak_span *before = hak_registry_find(first), *span = hak_registry_find(p);
	struct hak_superslab_stats stats;
	size_t n_used = is_taken ? 6 : 1;

	CHECK(p == first + HAK_SLICE_SIZE && hak_run_give(span, p));
	CHECK(!is_taken || hak_run_resize(before, first, 6 * HAK_SLICE_SIZE));
	CHECK(!hak_run_resize(span, p, n_late * HAK_SLICE_SIZE), "%zu slices", n_late);
	for (unsigned i = 0; i < 9; i++)
		CHECK((hak_registry_find(first + i * HAK_SLICE_SIZE) == before) == (i < n_used), "slice %u", i);
	CHECK(hak_registry_find(p)->kind == (is_taken ? HAK_KIND_RUN : HAK_KIND_NONE));
	hak_superslab_stats_get(&stats);
	CHECK(stats.used == n_used * HAK_SLICE_SIZE && hak_run_bytes() == stats.used && hak_superslab_check() == 0);
	CHECK(hak_run_give(before, first));
}

/* Its mapping is another block's, or kept. */
static void check_large(size_t late, bool is_taken)
{
	char *p = take_large(MIB(8)), *other = take_large(MIB(20)), *q = NULL;
	struct hak_span *span = hak_registry_find(p), *new = NULL;
	struct hak_large_stats before, after;

	CHECK(hak_large_give(span, p) && hak_large_give(hak_registry_find(other), other));
	if (is_taken) {
		q = take_large(MIB(8));
		new = hak_registry_find(q);
		CHECK(q == p && new != span);
	}
	hak_large_stats_get(&before);
	CHECK(hak_large_resize(span, p, late) == NULL, "%zu MiB", late >> 20);
	CHECK(hak_registry_find(p) == new);
	hak_large_stats_get(&after);
	CHECK(after.live == before.live && after.cached == before.cached && after.n_live == before.n_live);
	if (q != NULL) {
		memset(q, 1, MIB(8));
		CHECK(hak_large_give(new, q));
	}
	hak_kept_purge(0, SIZE_MAX, SIZE_MAX);
}

static void check_guarded(size_t late)
{
	char *p = hak_guarded_take(KIB(100), HAK_ALIGNMENT);
	struct hak_span *span = hak_registry_find(p);
	struct hak_large_stats stats;

	CHECK(p != NULL && span != NULL && hak_guarded_claim(span, p));
	hak_guarded_give(span);
	CHECK(hak_guarded_resize(span, p, late) == NULL);
	CHECK(hak_registry_find(p) == NULL);
	hak_large_stats_get(&stats);
	CHECK(stats.n_live == 0 && stats.live == 0);
}

static void check_small(void)
{
	struct hak_cache *c = make_cache(make_heap());
	char *p = take_block(c, hak_class_of(1000)), *kept = take_block(c, hak_class_of(1000));
	struct hak_span *span = hak_registry_find(p);

	CHECK(hak_block_note_size(span, p, 700) && *live_of(p) == HAK_LIVE_RESIZED);
	CHECK(hak_block_note_size(span, p, 1000) && *live_of(p) == HAK_LIVE);
	give_block(c, p);
	CHECK(!hak_block_note_size(span, p, 700) && *live_of(p) == 0);
	CHECK(!hak_block_note_size(span, p, 1000) && *live_of(p) == 0);
	give_block(c, kept);
	settle();
	check_all_home();
}

int main(void)
{
	for (unsigned i = 0; i < 4; i++) {
		check_run(1, i % 2);
		check_run(5, i % 2);
		check_run(8, i % 2);
		check_large(MIB(5), i % 2);
		check_large(MIB(8), i % 2);
		check_large(MIB(30), i % 2);
	}
	check_guarded(KIB(50));
	check_guarded(KIB(100));
	check_guarded(KIB(500));
	check_small();
	return 0;
}
