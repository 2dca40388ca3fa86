/* SPDX-License-Identifier: MIT */
/* A second free of a run reads how long it is, and then waits. Meanwhile the run is freed, and a shorter one begins there: what
 * the second free gives back is no longer than that one. */
#include "unit.h"
#include "region/registry.h"

static void (*amid)(void);

/* What other threads do right before a claim. */
static void meanwhile(void)
{
	void (*what)(void) = amid;

	amid = NULL;
	if (what != NULL)
		what();
}

#define hak_registry_claim(...) (meanwhile(), hak_registry_claim(__VA_ARGS__))
#include "mid/run.c"
#undef hak_registry_claim

#define N 16
#define N_LATER 5

static char *p, *others[N - N_LATER];
static struct hak_span *run;

static char *take(size_t n)
{
	bool is_clean;
	char *taken = hak_run_take(n * HAK_SLICE_SIZE, HAK_ALIGNMENT, &is_clean);

	CHECK(taken != NULL);
	return taken;
}

static void free_and_take(void)
{
	CHECK(hak_run_give(run, p));
	CHECK(take(N_LATER) == p && hak_registry_find(p) == run);
	for (unsigned i = 0; i < N_OF(others); i++)
		CHECK((others[i] = take(1)) == p + (N_LATER + i) * HAK_SLICE_SIZE);
}

static void check_others(size_t n_used)
{
	struct hak_superslab_stats stats;

	for (unsigned i = 0; i < N_OF(others); i++) {
		struct hak_span *span = hak_registry_find(others[i]);

		CHECK(span != NULL && span->kind == HAK_KIND_RUN && span->base == others[i], "run %u", i);
	}
	hak_superslab_stats_get(&stats);
	CHECK(stats.used == n_used * HAK_SLICE_SIZE, "%zu slices used", (size_t)stats.used / HAK_SLICE_SIZE);
	CHECK(hak_run_bytes() == n_used * HAK_SLICE_SIZE && hak_superslab_check() == 0);
}

int main(void)
{
	for (unsigned alone = 0; alone < 2; alone++) {
		p = take(N);
		run = hak_registry_find(p);
		amid = free_and_take;
		CHECK(alone ? hak_run_give_alone(run, p) : hak_run_give(run, p));
		check_others(N_OF(others));
		CHECK(take(N_LATER) == p);
		check_others(N);
		CHECK(hak_run_give(hak_registry_find(p), p));
		for (unsigned i = 0; i < N_OF(others); i++)
			CHECK(hak_run_give(hak_registry_find(others[i]), others[i]));
	}
	return 0;
}
