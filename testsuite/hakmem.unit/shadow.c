/* SPDX-License-Identifier: MIT */
/* hak-timeout: 240 */
/* The whole allocator at random: every call, every tier, blocks freed by other threads, threads that come and go.
 * Contents stay, nothing overlaps (each byte checked names its block), the check finds nothing, and at the end the
 * figures say that nothing is alive. */
#include "threads.h"
#include "hakmem.h"

#define N_THREADS 5
#define N_GENERATIONS 6
#define N_SLOTS 600
#define MAX_OWN 80

struct block {
	char *p;
	size_t size;
	uint64_t seed;
};

static struct block slots[N_SLOTS]; /* under its mutex */
static pthread_mutex_t mutexes[N_SLOTS];
static unsigned n_generation;

static size_t any_size(uint64_t *state)
{
	switch (rnd(state) % 20) {
	case 0:
		return rnd_size(state, MIB(6));
	case 1:
	case 2:
		return rnd_size(state, KIB(300));
	case 3:
		return tier_sizes[rnd(state) % (N_OF(tier_sizes) - 4)];
	case 4:
		return 0;
	default:
		return rnd_size(state, 3000);
	}
}

static void stamp(struct block *b)
{
	CHECK(hakmem_malloc_usable_size(b->p) >= b->size);
	fill_thin(b->p, b->size, b->seed);
}

static void check(const struct block *b)
{
	size_t ok = filled_thin(b->p, b->size, b->seed);

	CHECK(ok >= b->size, "byte %zu of %zu", ok, b->size);
}

static void take(struct block *b, uint64_t *state)
{
	size_t align = (size_t)16 << rnd(state) % (rnd(state) % 8 ? 6 : 18);
	void *p = NULL;

	b->size = any_size(state);
	b->seed = rnd(state);
	switch (rnd(state) % 8) {
	case 0:
		b->p = hakmem_calloc(1, b->size);
		CHECK(b->p != NULL && (b->size < 100 || zeroed(b->p + b->size - 100, 100) == 100));
		break;
	case 1:
		b->p = hakmem_memalign(align, b->size);
		CHECK((uintptr_t)b->p % align == 0);
		break;
	case 2:
		CHECK(hakmem_posix_memalign(&p, align, b->size) == 0 && (uintptr_t)p % align == 0);
		b->p = p;
		break;
	case 3:
		b->p = hakmem_realloc(NULL, b->size);
		break;
	default:
		b->p = hakmem_malloc(b->size);
	}
	CHECK(b->p != NULL && (uintptr_t)b->p % 16 == 0);
	stamp(b);
}

static void give(struct block *b, uint64_t *state)
{
	check(b);
	switch (rnd(state) % 4) {
	case 0:
		CHECK(hakmem_realloc(b->p, 0) == NULL);
		break;
	case 1:
		hakmem_free_sized(b->p, hakmem_malloc_usable_size(b->p));
		break;
	default:
		hakmem_free(b->p);
	}
	b->p = NULL;
}

static void resize(struct block *b, uint64_t *state)
{
	size_t size = any_size(state) + 1, least = size < b->size ? size : b->size, ok;

	check(b);
	b->p = hakmem_realloc(b->p, size);
	CHECK(b->p != NULL);
	ok = filled_thin(b->p, least, b->seed);
	CHECK(ok >= least, "byte %zu of %zu", ok, least);
	b->size = size;
	stamp(b);
}

static void run(unsigned idx)
{
	struct block own[MAX_OWN] = { { 0 } };
	uint64_t state = idx + 1 + n_generation * 1000;
	unsigned long n = rounds(25000);

	for (unsigned long round = 0; round < n; round++) {
		struct block *b = &own[rnd(&state) % MAX_OWN];
		unsigned what = (unsigned)(rnd(&state) % 1000);

		if (b->p == NULL) {
			take(b, &state);
		} else if (what < 400) {
			give(b, &state);
		} else if (what < 600) {
			resize(b, &state);
		} else if (what < 990) {
			unsigned i = (unsigned)(rnd(&state) % N_SLOTS);
			struct block swap = *b;

			pthread_mutex_lock(&mutexes[i]);
			*b = slots[i];
			slots[i] = swap;
			pthread_mutex_unlock(&mutexes[i]);
		} else if (what < 993) {
			CHECK(hakmem_check() == 0);
		} else if (what < 996) {
			hakmem_trim(rnd(&state) % MIB(4));
		} else {
			CHECK(hakmem_option_set("diet", what % 2 ? "true" : "false") == 0);
			CHECK(hakmem_option_set("purge_delay", what % 2 ? "0" : "20") == 0);
		}
	}
	for (unsigned i = 0; i < MAX_OWN; i++)
		if (own[i].p != NULL)
			give(&own[i], &state);
	CHECK(hakmem_check() == 0);
}

int main(void)
{
	struct hakmem_stats stats;
	uint64_t state = 1;

	for (unsigned i = 0; i < N_SLOTS; i++)
		pthread_mutex_init(&mutexes[i], NULL);
	for (n_generation = 0; n_generation < N_GENERATIONS; n_generation++)
		run_threads(N_THREADS, run);
	for (unsigned i = 0; i < N_SLOTS; i++)
		if (slots[i].p != NULL)
			give(&slots[i], &state);
	CHECK(hakmem_check() == 0);
	hakmem_trim(0);
	CHECK(hakmem_stats_get(&stats, sizeof stats) == sizeof stats);
	CHECK(stats.allocated == 0 && stats.n_large == 0, "%d bytes", (int)stats.allocated);
	CHECK(stats.in_flight == 0 && stats.n_errors == 0);
	return 0;
}
