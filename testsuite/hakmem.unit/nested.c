/* SPDX-License-Identifier: MIT */
/* hak-cflags: -Wl,--wrap=hak_lock_take,--wrap=hak_slab_make_any */
/* A miss inside a miss of the same thread, as in a signal handler: it gets no cache, waits for no lock, whichever its thread
 * holds, and works all the same. What it frees is had again by whoever comes by later. */
#include "unit.h"
#include "large/large.h"
#include "mid/run.h"
#include "region/slices.h"
#include "thread/heap.h"
#include "thread/thread.h"
#include "tiny/remote.h"
#include "tiny/slab.h"

#include <hakmem.h>

#define N 200

bool __real_hak_lock_take(struct hak_lock *lock);
bool __wrap_hak_lock_take(struct hak_lock *lock);

static bool is_nested;      /* no lock may be waited for: its own thread may be the one that holds it */
static bool is_heap_locked; /* ... which holds a heap's, and so none of those taken inside that: these may be waited for */

bool __wrap_hak_lock_take(struct hak_lock *lock)
{
	CHECK(!is_nested || (is_heap_locked && hak_lock_held >> 4 * lock->rank == 0), "waits for a lock of rank %u", lock->rank);
	return __real_hak_lock_take(lock);
}

struct hak_slab *__real_hak_slab_make_any(struct hak_heap *h, unsigned sc);
struct hak_slab *__wrap_hak_slab_make_any(struct hak_heap *h, unsigned sc);

static bool is_taken; /* another thread takes the heap's lock before the new slab is listed, and a handler keeps it there */
static struct hak_heap *taken;

struct hak_slab *__wrap_hak_slab_make_any(struct hak_heap *h, unsigned sc)
{
	struct hak_slab *s = __real_hak_slab_make_any(h, sc);

	if (is_taken) {
		CHECK(s != NULL && h->lock.word == 0);
		h->lock.word = hak_fork_generation() << 1;
		taken = h;
	}
	return s;
}

/* held: a lock that the thread holds, and may not wait for any other meanwhile; or NULL: none. */
static struct hak_cache *begin(struct hak_lock *held)
{
	struct hak_cache *c = hak_thread_enter();

	CHECK(c != NULL && c->is_busy && !hak_thread_is_nested() && hak_cache_mine == &hak_cache_none);
	if (held != NULL)
		CHECK(hak_lock_take(held));
	CHECK(hak_thread_enter() == NULL && hak_thread_is_nested() == (held != NULL));
	CHECK(hak_thread_start() == NULL);
	is_nested = held != NULL;
	return c;
}

static void end(struct hak_cache *c, struct hak_lock *held)
{
	is_nested = false;
	hak_thread_leave(NULL);
	if (held != NULL)
		hak_lock_give(held);
	CHECK(!hak_thread_is_nested());
	CHECK(hak_cache_mine == &hak_cache_none && c->is_busy);
	hak_thread_leave(c);
	CHECK(hak_thread_me.depth == 0 && !c->is_busy);
}

static const struct hak_span *span_of(const void *p)
{
	const struct hak_span *span = hak_registry_find(p);

	CHECK(span != NULL);
	return span;
}

static uint64_t n_used(void)
{
	struct hak_superslab_stats stats;

	hak_superslab_stats_get(&stats);
	return stats.used / HAK_SLICE_SIZE;
}

static uint64_t n_large(void)
{
	struct hak_large_stats stats;

	hak_large_stats_get(&stats);
	return stats.n_live;
}

/* Blocks of slabs: taken one by one, freed by remote bits. */
static void check_tiny(struct hak_lock *held)
{
	char *p[N], *own[N];
	struct hak_cache *c;
	struct hak_heap *h;
	uint64_t n_remote;

	for (unsigned i = 0; i < N; i++)
		CHECK(own[i] = hakmem_malloc(100));
	c = begin(held);
	h = c->heap;
	n_remote = c->n_remote;
	for (unsigned i = 0; i < N; i++) {
		CHECK(p[i] = hakmem_malloc(i));
		memset(p[i], 1, i);
		CHECK(hakmem_malloc_usable_size(p[i]) >= i);
		CHECK(p[i] = hakmem_realloc(p[i], i + 20));
	}
	for (unsigned i = 0; i < N; i++) {
		struct hak_slab *s = (struct hak_slab *)span_of(own[i]);
		size_t idx = hak_slab_block_idx(s, own[i]);

		hakmem_free(p[i]);
		hakmem_free(own[i]);
		CHECK(s->live[idx] == 0 && hak_bit_is_set(s->remote, (unsigned)idx));
	}
	CHECK(hak_heap_is_pending_any(h) && c->n_remote >= n_remote + N);
	end(c, held);
	hak_heap_collect_any(h);
	CHECK(!hak_heap_is_pending_any(h) && hakmem_check() == 0);
}

/* While the heap's own lock is held as well: then a block comes from wherever it can. */
static void check_locked_heap(void)
{
	struct hak_cache *c = hak_thread_enter();
	char *p[N];

	hak_heap_lock(c->heap);
	CHECK(hak_thread_enter() == NULL && hak_thread_is_nested());
	is_nested = is_heap_locked = true;
	for (unsigned i = 0; i < N; i++) {
		CHECK(p[i] = hakmem_malloc(100));
		memset(p[i], 1, 100);
	}
	for (unsigned i = 0; i < N; i++)
		hakmem_free(p[i]);
	is_nested = is_heap_locked = false;
	hak_thread_leave(NULL);
	hak_heap_unlock(c->heap);
	hak_thread_leave(c);
	CHECK(hakmem_check() == 0);
}

/* No heap's lock can be had: the block gets a mapping of its own, and the slab that was made for it is given back. */
static void check_no_heap(void)
{
	struct hak_cache *c = hak_thread_enter();
	uint64_t n_before = n_used();
	char *p;

	hak_heap_lock(c->heap);
	CHECK(hak_thread_enter() == NULL);
	is_taken = true;
	CHECK(p = hakmem_malloc(3000));
	CHECK(taken != NULL && taken != c->heap && span_of(p)->kind == HAK_KIND_LARGE);
	is_taken = false;
	taken->lock.word = 0;
	hakmem_free(p);
	hak_thread_leave(NULL);
	hak_heap_unlock(c->heap);
	hak_thread_leave(c);
	CHECK(n_used() == n_before && hakmem_check() == 0);
}

/* Runs and large blocks, while the slices' lock is held. */
static void check_larger(void)
{
	uint64_t n_used_before = n_used(), n_large_before = n_large();
	struct hak_slices slices;
	struct hak_cache *c;
	char *runs[N], *mappings[20], *more[20];
	bool is_clean;

	for (unsigned i = 0; i < N; i++)
		CHECK((runs[i] = hakmem_malloc(KIB(1030) + i)) && span_of(runs[i])->kind == HAK_KIND_RUN);
	for (unsigned i = 0; i < N_OF(mappings); i++)
		CHECK((mappings[i] = hakmem_malloc(MIB(5))) && span_of(mappings[i])->kind == HAK_KIND_LARGE);
	CHECK(n_used() == n_used_before + 17 * N && n_large() == n_large_before + N_OF(mappings));

	c = hak_thread_enter();
	hak_slices_lock();
	CHECK(hak_thread_enter() == NULL && hak_thread_is_nested());
	is_nested = is_heap_locked = true;
	for (unsigned i = 0; i < N_OF(more); i++) {
		CHECK(more[i] = hakmem_calloc(1, KIB(70) + i * KIB(500)));
		CHECK(span_of(more[i])->kind == HAK_KIND_LARGE && zeroed(more[i], KIB(70)) == KIB(70));
		memset(more[i], 1, KIB(70));
	}
	for (unsigned i = 0; i < N; i++) {
		hakmem_free(runs[i]);
		CHECK(span_of(runs[i])->kind == HAK_KIND_NONE && span_of(runs[i] + HAK_SLICE_SIZE)->kind == HAK_KIND_NONE);
	}
	for (unsigned i = 0; i < N_OF(mappings); i++)
		hakmem_free(mappings[i]);
	for (unsigned i = 0; i < N_OF(more); i += 2)
		hakmem_free(more[i]);
	CHECK(hakmem_memalign(KIB(256), KIB(100)));
	/* Small ones too are aligned, and of their size. */
	for (size_t size = 1; size < KIB(250); size += 7001) {
		char *p = hide(hakmem_aligned_alloc(KIB(64), size));

		CHECK(p && (uintptr_t)p % KIB(64) == 0, "%zu at %p", size, (void *)p);
		hakmem_free_aligned_sized(p, KIB(64), size);
		CHECK(p = hakmem_malloc(size));
		hakmem_free_sized(p, size);
	}
	hakmem_trim(0); /* does nothing, and does not wait */
	is_nested = false;
	hak_thread_leave(NULL);
	hak_slices_unlock();
	hak_thread_leave(c);

	/* The next one that looks at the slices has all of them back. */
	CHECK(n_used() == n_used_before && hak_superslab_check() == 0 && hak_superslabs.late == NULL);
	CHECK(n_large() == n_large_before + N_OF(more) / 2 + 1);
	CHECK(hak_superslab_take(4, HAK_SLICE_SIZE, &slices));
	hak_superslab_give(slices.superslab, slices.base, slices.n);
	for (unsigned i = 1; i < N_OF(more); i += 2) {
		CHECK(more[i][0] == 1);
		hakmem_free(more[i]);
	}

	/* Descriptors, too: as many are there as were freed. */
	for (unsigned i = 0; i < N_OF(mappings); i++)
		CHECK(mappings[i] = hak_large_take(MIB(5), HAK_ALIGNMENT, false, &is_clean));
	for (unsigned i = 0; i < N_OF(mappings); i++)
		CHECK(hak_large_give(hak_registry_find(mappings[i]), mappings[i]));
}

/* Of two that free one block, one is told, here as well. */
static void check_once(void)
{
	bool is_clean;
	char *p = hak_run_take(KIB(100), HAK_ALIGNMENT, &is_clean), *q = hak_large_take_alone(MIB(5), HAK_ALIGNMENT, &is_clean);
	struct hak_span *run = hak_registry_find(p), *large = hak_registry_find(q);

	CHECK(run != NULL && large != NULL && is_clean && (uintptr_t)q % HAK_ALIGNMENT == 0);
	CHECK(hak_run_give_alone(run, p) && !hak_run_give_alone(run, p) && !hak_run_give(run, p));
	CHECK(hak_large_give_alone(large, q) && !hak_large_give_alone(large, q) && !hak_large_give(large, q));
	CHECK(hak_large_take_alone(SIZE_MAX - 100, HAK_ALIGNMENT, &is_clean) == NULL);
	CHECK(hak_large_take_alone(1, 2 * HAK_ALIGN_MAX, &is_clean) == NULL);
}

int main(void)
{
	static struct hak_lock lowest = HAK_LOCK(HAK_RANK_CACHES), highest = HAK_LOCK(HAK_RANK_META);

	CHECK(hakmem_malloc(1));
	check_tiny(NULL);
	check_tiny(&lowest);
	check_tiny(&highest);
	check_locked_heap();
	check_no_heap();
	check_larger();
	check_once();
	check_tiny(NULL);
	CHECK(hakmem_check() == 0);
	return 0;
}
