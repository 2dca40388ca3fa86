/* SPDX-License-Identifier: MIT */
/* hak-plain: expects sizes of classes */
/* hak-link: shared */
/* hak-conf: prof_memory:64M */
/* hak-timeout: 240 */
/* Estimates have no bias, for blocks of 16 bytes to 4 MiB: over 30 profiles of the same load, what was allocated and what is
 * alive, in bytes, lies within the 95 % interval as often as it should, and the mean of all within that of the mean. */
#include "check.h"
#include "prof.h"

enum { N_SEEDS = 30, N_MOST = 60000 };

/* Sizes of classes, each tier; so many blocks of each, of which every second is freed. */
static const struct { size_t size, n; } loads[] = {
	{ 16, 60000 }, { 48, 40000 }, { 256, 10000 }, { 1024, 4000 }, { 10240, 800 }, { 65536, 120 }, { 98304, 80 }, { 262144, 40 },
	{ 524288, 24 }, { 1048576, 12 }, { 4194304, 6 }, { 8388608, 4 },
};

static void *blocks[N_MOST];
static unsigned n_intervals, n_within;

static double square_root(double x)
{
	double r = x > 1 ? x : 1;

	for (int i = 0; i < 60; i++)
		r = (r + x / r) / 2;
	return r;
}

static void work(size_t i)
{
	for (size_t k = 0; k < loads[i].n; k++)
		CHECK((blocks[k] = hide(k % 3 ? malloc(loads[i].size) : calloc(1, loads[i].size))) != NULL);
	for (size_t k = 0; k < loads[i].n; k += 2)
		free(blocks[k]);
}

static void work_off(size_t i)
{
	for (size_t k = 1; k < loads[i].n; k += 2)
		free(blocks[k]);
}

/* The figure's variance, not what was estimated of it. */
static double variance(double n, double size, double interval)
{
	double p = prof_chance(size / interval);

	return n * (1 - p) / p * size * size;
}

/* By how much N_SEEDS profiles may be off. Three blocks more where few are missed: how many is then not as good as normal. */
static double limit(double n, double size, double interval)
{
	double n_missed = N_SEEDS * n * (1 - prof_chance(size / interval));

	return 4.5 * square_root(N_SEEDS * variance(n, size, interval)) + (n_missed > 1e-4 ? 3 * size : 0);
}

static void note(double seen, double wanted, double var, double *sum)
{
	*sum += seen - wanted;
	n_intervals++;
	n_within += (seen - wanted) * (seen - wanted) <= 1.96 * 1.96 * var;
}

int main(void)
{
	const double interval = 65536;

	CHECK(hakmem_option_set("prof_interval", "64K") == 0);
	for (size_t i = 0; i < N_OF(loads); i++) {
		double size = (double)loads[i].size, n = (double)loads[i].n, off_taken = 0, off_live = 0;
		double limit_taken = limit(n, size, interval), limit_live = limit(n / 2, size, interval);

		for (int seed = 0; seed < N_SEEDS; seed++) {
			struct prof_sums sums;
			char *text;

			CHECK(hakmem_prof_start() == 0);
			work(i);
			text = prof_text();
			sums = prof_sum(text, NULL);
			note(sums.taken, n * size, variance(n, size, interval), &off_taken);
			note(sums.live, n / 2 * size, variance(n / 2, size, interval), &off_live);
			prof_free_text(text);
			work_off(i);
			CHECK(hakmem_prof_stop() == 0);
		}
		dprintf(1, "%zu bytes: off by %.0f (%.0f), alive %.0f (%.0f)\n", loads[i].size, off_taken, limit_taken, off_live,
			limit_live);
		CHECK(off_taken * off_taken <= limit_taken * limit_taken + 1, "%zu bytes: %.0f", loads[i].size, off_taken);
		CHECK(off_live * off_live <= limit_live * limit_live + 1, "%zu bytes: %.0f alive", loads[i].size, off_live);
	}
	dprintf(1, "%u of %u within\n", n_within, n_intervals);
	CHECK(n_within >= n_intervals * 90 / 100, "%u of %u", n_within, n_intervals);
	CHECK(hakmem_check() == 0);
	return 0;
}
