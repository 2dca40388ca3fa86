/* SPDX-License-Identifier: MIT */
/* hak-env: HAKMEM_CONF=profile:hardened */
/* What a hardened process finds inside a miss, or amid a free, leaves nothing half done behind it when a SIGABRT handler jumps out:
 * a block that was overflown is live as before, and the memory in which a free block was written to is given back. */
/* hak-stderr: ^hakmem: (free|malloc)\(0x[0-9a-f]+\): (write after free|overflow|underflow) \(class (64|112|large), thread [0-9]+\)$ */
#include "caches.h"
#include "thread/thread.h"

#include <hakmem.h>
#include <setjmp.h>
#include <signal.h>

#define SIZE 64

static sigjmp_buf out;
static volatile unsigned n_told;
static char *blocks[4000];
static char *volatile written;

static void handler(int number)
{
	(void)number;
	n_told++;
	CHECK(hak_thread_me.depth == 0 && !hak_thread_me.cache->is_busy && !hak_lock_is_any_held(0));
	siglongjmp(out, 1);
}

static void take_all(void)
{
	for (unsigned i = 0; i < N_OF(blocks); i++)
		CHECK(blocks[i] = hakmem_malloc(SIZE - 16));
}

/* All but the first of each. */
static void free_most(unsigned each)
{
	for (unsigned i = 0; i < N_OF(blocks); i++)
		if (i % each != 0) {
			hakmem_free(blocks[i]);
			blocks[i] = NULL;
		}
}

static void free_rest(void)
{
	for (unsigned i = 0; i < N_OF(blocks); i++) {
		hakmem_free(blocks[i]);
		blocks[i] = NULL;
	}
}

static int by_address(const void *a, const void *b)
{
	const char *p = *(char *const *)a, *q = *(char *const *)b;

	return p < q ? -1 : p > q;
}

/* Found when its hole is purged, or with its slab. */
static void by_trim(unsigned each)
{
	take_all();
	qsort(blocks, N_OF(blocks), sizeof *blocks, by_address);
	written = blocks[N_OF(blocks) / 2 + 1];
	free_most(each);
	*written = 1;
	hakmem_malloc_trim(0);
}

static void by_hole(void)
{
	by_trim(N_OF(blocks) / 2);
}

static void by_slab(void)
{
	hakmem_free(hakmem_malloc(SIZE));
	by_trim(1000000);
}

static void check_clean(const char *name)
{
	CHECK(hak_thread_me.depth == 0, "%s", name);
	free_rest();
	for (int i = 0; i < 3; i++) /* what was freed is held for a while */
		hakmem_malloc_trim(0);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		struct counts c = count_class(sc);

		CHECK(c.alive == 0 && c.cached == 0 && c.in_flight == 0, "%s, class %u: %u live, %u cached", name, sc, (unsigned)c.alive,
			(unsigned)c.cached);
	}
	CHECK(hakmem_check() == 0, "%s", name);
}

static void check_written(const char *name, void (*err)(void))
{
	unsigned n = n_told;

	if (!sigsetjmp(out, 1)) {
		err();
		CHECK(0, "%s: not told", name);
	}
	CHECK(n_told == n + 1, "%s: told %u times", name, n_told - n);
	if (hak_registry_find(written) != NULL && hak_registry_find(written)->kind == HAK_KIND_SLAB)
		*written = 0;
	check_clean(name);
	CHECK(n_told == n + 1, "%s", name);
}

/* Its free is undone: it is as live as before, and can be freed once it is whole again. */
static void check_overflown(size_t size, ptrdiff_t off)
{
	char *volatile p = hakmem_malloc(size);
	volatile unsigned n = n_told;
	volatile char was = p[off];

	p[off] = (char)~was;
	for (volatile int i = 0; i < 3; i++) {
		if (!sigsetjmp(out, 1)) {
			hakmem_free(p);
			CHECK(0, "%zu bytes: not told", size);
		}
		CHECK(n_told == ++n, "%zu bytes", size);
		memset(p, i, size);
	}
	p[off] = was;
	hakmem_free(p);
	check_clean("overflow");
	CHECK(n_told == n, "%zu bytes", size);
}

/* When it would be handed out again. */
static void check_reuse(void)
{
	if (sigsetjmp(out, 1)) {
		CHECK(hak_thread_me.depth == 0);
		return;
	}
	for (;;) {
		char *p = hakmem_malloc(SIZE - 16);

		hakmem_free(p);
		if (written == NULL)
			*(written = p) = 1;
	}
}

int main(void)
{
	hakmem_free(hakmem_malloc(SIZE));
	caches[n_caches++] = hak_thread_me.cache;
	heaps[n_heaps++] = hak_thread_me.cache->heap;
	signal(SIGABRT, handler);
	for (unsigned i = 0; i < 4; i++) {
		check_written("hole", by_hole);
		check_written("slab", by_slab);
		check_overflown(100, 100);
		check_overflown(KIB(100), KIB(100));
	}
	written = NULL;
	check_reuse();
	return 0;
}
