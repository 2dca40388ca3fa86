/* SPDX-License-Identifier: MIT */
/* What two threads that freed one block have done is found inside a miss, of whatever kind, and told when the thread has left it:
 * a SIGABRT handler that jumps out finds nothing held and nothing half done. The thread has its cache as before, and no block is
 * lost. */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): double free \(class (64|106496), thread [0-9]+\)$ */
#include "caches.h"
#include "conf/report.h"
#include "thread/thread.h"

#include <hakmem.h>
#include <setjmp.h>
#include <signal.h>

#define SIZE 64

static sigjmp_buf out;
static volatile unsigned n_told;
static void *blocks[4000];
static volatile unsigned n_blocks; /* of these are live */

static void handler(int number)
{
	(void)number;
	n_told++;
	CHECK(hak_thread_me.depth == 0 && hak_cache_mine == hak_thread_me.cache && !hak_thread_me.cache->is_busy);
	CHECK(!hak_lock_is_any_held(0));
	siglongjmp(out, 1);
}

/* Frees p twice, as two threads would that both have seen its live byte set. */
static void free_twice(void *p)
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		hak_own_set(live_of(p), HAK_LIVE);
		hakmem_free(p);
	}
}

static void take_all(unsigned n, size_t size)
{
	for (n_blocks = 0; n_blocks < n; n_blocks++)
		CHECK(blocks[n_blocks] = hakmem_malloc(size));
}

static void free_all(void)
{
	while (n_blocks > 0)
		hakmem_free(blocks[--n_blocks]);
}

/* The second time it would be handed out. */
static void by_malloc(void)
{
	take_all(20, SIZE);
	free_twice(blocks[--n_blocks]);
	while (n_blocks < N_OF(blocks)) {
		void *p = hakmem_malloc(SIZE);

		blocks[n_blocks] = p;
		n_blocks++;
	}
}

/* The second time it comes home: the older half of a full cache. */
static void by_free(void)
{
	take_all(N_OF(blocks), SIZE);
	free_twice(blocks[--n_blocks]);
	while (n_blocks > 0) {
		void *p = blocks[n_blocks - 1];

		n_blocks--;
		hakmem_free(p);
	}
}

static void by_trim(void)
{
	take_all(100, SIZE);
	free_twice(blocks[--n_blocks]);
	hakmem_malloc_trim(0);
}

/* One of them sent it home. */
static void by_collection(void)
{
	void *p;

	take_all(100, SIZE);
	p = blocks[--n_blocks];
	CHECK(hak_remote_push_any(slab_of(p), hak_slab_block_idx(slab_of(p), p), 0));
	hak_own_set(live_of(p), HAK_LIVE);
	hakmem_free(p);
	hakmem_check();
}

/* Its slab is gone. */
static void by_single(void)
{
	void *p;

	take_all(10, KIB(100));
	free_all();
	CHECK(p = hakmem_malloc(KIB(100)));
	hakmem_free(p);
	hak_own_set(live_of(p), HAK_LIVE);
	CHECK(hak_remote_push_any(slab_of(p), 0, 0));
	hak_heap_collect_any(hak_thread_me.cache->heap);
	take_all(10, KIB(100));
}

static void check(const char *name, void (*err)(void))
{
	unsigned n = n_told;

	if (!sigsetjmp(out, 1)) {
		err();
		CHECK(0, "%s: not told", name);
	}
	CHECK(n_told == n + 1, "%s: told %u times", name, n_told - n);
	CHECK(hak_thread_me.depth == 0 && hak_cache_mine == hak_thread_me.cache, "%s: the cache is gone", name);
	free_all();
	hakmem_malloc_trim(0);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		struct counts c = count_class(sc);

		CHECK(c.alive == 0 && c.cached == 0 && c.in_flight == 0, "%s, class %u: %u live, %u cached", name, sc, (unsigned)c.alive,
			(unsigned)c.cached);
	}
	CHECK(n_told == n + 1 && hakmem_check() == 0, "%s", name);
	/* A hit. */
	take_all(10, SIZE);
	free_all();
	n = (unsigned)hak_thread_me.cache->n_misses;
	take_all(5, SIZE);
	free_all();
	CHECK(hak_thread_me.cache->n_misses == n, "%s: no hits any more", name);
}

int main(void)
{
	CHECK(hakmem_option_set("purge_delay", "-1") == 0); /* no misses but those that are due */
	take_all(1, SIZE);
	free_all();
	caches[n_caches++] = hak_thread_me.cache;
	heaps[n_heaps++] = hak_thread_me.cache->heap;
	signal(SIGABRT, handler);
	for (unsigned i = 0; i < 20; i++) {
		check("malloc", by_malloc);
		check("free", by_free);
		check("trim", by_trim);
		check("collection", by_collection);
		check("a block alone", by_single);
	}
	return 0;
}
