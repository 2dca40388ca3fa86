/* SPDX-License-Identifier: MIT */
/*
 * A shadow of a part of the heap, and bad pointers made from it. The library has to count each of them (under
 * on_error:report), and none of the good calls in between; what lives keeps its contents.
 *
 * It is linked with the static library for hak_report_count(): hakmem_stats_get() would take longer than all the rest.
 */
#ifndef FUZZ_H
#define FUZZ_H
#include "check.h"
#include <hakmem.h>
#include <sys/mman.h>
#include "conf/report.h"
#include "free/dispatch.h"

void free_sized(void *ptr, size_t size);
void free_aligned_sized(void *ptr, size_t alignment, size_t size);
void cfree(void *ptr);

#define N_LIVE 5000  /* blocks alive at most */
#define N_FREED 2048 /* addresses remembered */
#define N_CELLS 16384
#define FUZZ_SLICE 65536

struct live {
	unsigned char *p;
	size_t size, alignment; /* 0: none was asked for */
	uint64_t seed;
};

struct shadow {
	uint64_t random, n_seeds;
	size_t n, most; /* blocks alive, and how many may be for now */
	struct live live[N_LIVE];
	void *cells[N_CELLS]; /* the addresses of those, hashed; NULL ends a search */
	unsigned char *freed[N_FREED];
	size_t n_freed;
	uint64_t n_bad;
};

static unsigned char fuzz_global[4096];
static unsigned char *fuzz_mapping; /* 1 MiB */

static void fuzz_start(struct shadow *s, uint64_t seed)
{
	s->random = seed * 0x9e3779b97f4a7c15u + 1;
	s->most = N_LIVE / 2;
	if (!fuzz_mapping)
		fuzz_mapping = mmap(NULL, MIB(1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(fuzz_mapping != MAP_FAILED);
}

static unsigned long fuzz_length(void)
{
	const char *asked = getenv("HAK_FUZZ");

	return asked ? strtoul(asked, NULL, 0) : is_emulated() ? 1000000 : 10000000;
}

static size_t fuzz_pick(struct shadow *s, size_t n)
{
	return (size_t)(rnd(&s->random) >> 20) % n;
}

/* Which addresses live. */

static size_t cell_of(const void *p)
{
	return (size_t)(((uintptr_t)p >> 4) * 0x9e3779b97f4a7c15u >> 40) % N_CELLS;
}

static size_t find_cell(const struct shadow *s, const void *p)
{
	size_t c = cell_of(p);

	while (s->cells[c] && s->cells[c] != p)
		c = (c + 1) % N_CELLS;
	return c;
}

static int is_live(const struct shadow *s, const void *p)
{
	return s->cells[find_cell(s, p)] != NULL;
}

static void add_cell(struct shadow *s, void *p)
{
	size_t c = find_cell(s, p);

	CHECK(!s->cells[c], "%p was handed out, and is alive", p);
	s->cells[c] = p;
}

static void drop_cell(struct shadow *s, void *p)
{
	size_t hole = find_cell(s, p), c = hole;

	s->cells[hole] = NULL;
	while (c = (c + 1) % N_CELLS, s->cells[c]) {
		/* What was put here because the hole was taken moves into it. */
		if ((c - cell_of(s->cells[c])) % N_CELLS >= (c - hole) % N_CELLS) {
			s->cells[hole] = s->cells[c];
			s->cells[c] = NULL;
			hole = c;
		}
	}
}

/* The good calls. */

static size_t fuzz_size(struct shadow *s)
{
	return fuzz_pick(s, 2000) == 0 ? 1 + fuzz_pick(s, MIB(6)) : rnd_size(&s->random, fuzz_pick(s, 10) ? 1500 : 70000);
}

static void check_live(const struct live *l)
{
	CHECK(filled_thin(l->p, l->size, l->seed) == l->size, "block %p of %zu bytes was written to at %zu", (void *)l->p,
	      l->size, filled_thin(l->p, l->size, l->seed));
}

static void good_take(struct shadow *s)
{
	struct live *l = &s->live[s->n++];
	size_t size = fuzz_size(s), alignment = 0;
	void *p;

	switch (fuzz_pick(s, 8)) {
	case 0:
		CHECK(p = calloc(1, size));
		CHECK(size > 65536 || zeroed(p, size) == size);
		break;
	case 1:
		alignment = (size_t)16 << fuzz_pick(s, 9);
		CHECK(p = aligned_alloc(alignment, size));
		break;
	default:
		CHECK(p = malloc(size));
	}
	CHECK((uintptr_t)p % 16 == 0, "malloc(%zu) gives %p", size, p);
	*l = (struct live){ p, size, alignment, ++s->n_seeds };
	fill_thin(p, size, l->seed);
	add_cell(s, p);
}

/* Frees one; returns where it was. */
static void *good_give(struct shadow *s)
{
	size_t i = fuzz_pick(s, s->n);
	struct live l = s->live[i];

	check_live(&l);
	drop_cell(s, l.p);
	s->freed[s->n_freed++ % N_FREED] = l.p;
	s->live[i] = s->live[--s->n];
	if (fuzz_pick(s, 3))
		free(l.p);
	else if (l.alignment)
		free_aligned_sized(l.p, l.alignment, l.size);
	else
		free_sized(l.p, l.size);
	return hide(l.p);
}

static void good_resize(struct shadow *s)
{
	struct live *l = &s->live[fuzz_pick(s, s->n)];
	size_t size = fuzz_size(s), n = size < l->size ? size : l->size;
	unsigned char *old = l->p;

	check_live(l);
	drop_cell(s, old);
	CHECK(l->p = realloc(old, size));
	CHECK(filled_thin(l->p, n, l->seed) == n, "realloc(%p, %zu) lost contents", (void *)old, size);
	if (hide(old) != l->p)
		s->freed[s->n_freed++ % N_FREED] = hide(old);
	l->size = size;
	l->alignment = 0;
	fill_thin(l->p, size, l->seed);
	add_cell(s, l->p);
}

static void good(struct shadow *s)
{
	if (fuzz_pick(s, 4000) == 0)
		s->most = N_LIVE / 10 + fuzz_pick(s, N_LIVE * 9 / 10);
	if (s->n < 100 || (s->n < s->most && fuzz_pick(s, 5) < 3))
		good_take(s);
	else if (fuzz_pick(s, 8) == 0)
		good_resize(s);
	else
		good_give(s);
}

/* The bad pointers. */

enum bad_kind {
	BAD_INSIDE, BAD_OFF, BAD_REST, BAD_FOREIGN, BAD_WILD, BAD_FLIPPED, N_BAD_OF_LIVE,
	BAD_FREED = N_BAD_OF_LIVE, BAD_INSIDE_FREED, BAD_TWICE, N_BAD,
};

static const char *const bad_names[] = {
	"inside a block", "off by 1 to 15", "the rest of a slab", "foreign", "wild", "a bit flipped", "freed",
	"inside a freed one", "freed twice in a row",
};

static void *bad_of_live(struct shadow *s, enum bad_kind kind)
{
	const struct live *l = &s->live[fuzz_pick(s, s->n)];
	size_t room = malloc_usable_size(l->p), left = FUZZ_SLICE - ((uintptr_t)l->p + room) % FUZZ_SLICE;
	unsigned char local[64];

	switch (kind) {
	case BAD_INSIDE:
		return room >= 32 ? l->p + 16 + fuzz_pick(s, room / 16 - 1) * 16 : l->p + 8;
	case BAD_REST:
		/* The last block of a slab of one slice: no other can begin where this one ends. */
		if (room <= 1024 && left < room && left >= 16)
			return l->p + room + fuzz_pick(s, left);
		/* fallthrough */
	case BAD_OFF:
		return l->p + 1 + fuzz_pick(s, 15);
	case BAD_FOREIGN:
		switch (fuzz_pick(s, 4)) {
		case 0:
			return hide(local + fuzz_pick(s, sizeof(local)));
		case 1:
			return fuzz_global + fuzz_pick(s, sizeof(fuzz_global));
		case 2:
			return (void *)((uintptr_t)good_take + fuzz_pick(s, 4096));
		default:
			return fuzz_mapping + fuzz_pick(s, MIB(1));
		}
	case BAD_FLIPPED:
		return (void *)((uintptr_t)l->p ^ (uintptr_t)1 << (40 + fuzz_pick(s, 24)));
	default:
		return (void *)(uintptr_t)(rnd(&s->random) >> fuzz_pick(s, 40) | 1u << 14);
	}
}

/* NULL where none is at hand. Whoever may have the address by now must be asked by the caller. */
static void *bad_of_freed(struct shadow *s, enum bad_kind kind)
{
	unsigned char *p = s->n_freed ? s->freed[fuzz_pick(s, s->n_freed < N_FREED ? s->n_freed : N_FREED)] : NULL;

	return p && kind == BAD_INSIDE_FREED ? p + 1 + fuzz_pick(s, 64) : p;
}

/* Passes p to one of those that have to refuse it. */
static void bad_call(struct shadow *s, void *p)
{
	void *q = NULL;

	s->n_bad++;
	switch (fuzz_pick(s, 14)) {
	case 0:
		q = realloc(hide(p), 1 + fuzz_pick(s, 3000));
		break;
	case 1:
		q = realloc(hide(p), hide_n(0));
		break;
	case 2:
		q = reallocarray(hide(p), 1 + fuzz_pick(s, 100), 10);
		break;
	case 3:
		CHECK(malloc_usable_size(hide(p)) == 0);
		break;
	case 4:
		free_sized(hide(p), 1 + fuzz_pick(s, 3000));
		break;
	case 5:
		cfree(hide(p));
		break;
	case 6:
		free_aligned_sized(hide(p), (size_t)16 << fuzz_pick(s, 9), 1 + fuzz_pick(s, 3000));
		break;
	case 7:
		/* As operator delete with an alignment, which C cannot call. */
		hak_free_aligned_miss(hide(p), (size_t)16 << fuzz_pick(s, 9), &(const struct hak_caller){ "delete", NULL });
		break;
	default:
		free(hide(p));
	}
	CHECK(!hide(q), "realloc of the bad pointer %p gives %p", p, q);
}

static void fuzz_end(struct shadow *s)
{
	while (s->n)
		good_give(s);
}

#endif
