/* SPDX-License-Identifier: MIT */
/* What may stay of free memory: a floor, a part of what is in use, and the swing, which rises by what had to be fetched
 * again, as far as so much was in use lately, and falls by half of what lay unused for a second. The rest goes when it becomes free. */
#include "unit.h"
#include "conf/options.h"
#include "large/kept.h"
#include "large/large.h"
#include "region/limit.h"
#include "region/slack.h"
#include "region/superslab.h"

#define FLOOR HAK_SLACK_LEAST

/* How much may stay now. */
static size_t most(void)
{
	size_t over = hak_slack_over(GIB(1));

	CHECK(over <= GIB(1) + hak_slack_now());
	return GIB(1) + hak_slack_now() - over;
}

static void use_once(size_t size)
{
	hak_limit_add(size);
	hak_slack_over(0);
	hak_limit_give(size);
}

static void check_arithmetic(void)
{
	size_t last;

	CHECK(hak_slack_now() == 0 && most() == FLOOR);
	hak_slack_note_given(HAK_SLACK_DRAIN);
	CHECK(hak_slack_over(FLOOR) == 0 && hak_slack_over(FLOOR + 1) == 1);
	hak_slack_count_dirty((int64_t)MIB(2));
	hak_slack_count_kept((int64_t)MIB(1));
	CHECK(hak_slack_now() == MIB(3) && hak_slack_over(0) == 0 && hak_slack_over(FLOOR) == MIB(3));
	hak_slack_set_dirty(0);
	hak_slack_set_kept(0);

	/* A part of what is held, but for the slack itself. */
	hak_limit_add(MIB(800));
	CHECK(hak_slack_over(MIB(160)) == MIB(160) - (FLOOR + (MIB(800) - MIB(160)) / HAK_SLACK_RATIO)); /* which is held still */
	hak_slack_count_kept((int64_t)MIB(160));
	CHECK(hak_slack_over(0) == MIB(160) - (FLOOR + (MIB(800) - MIB(160)) / HAK_SLACK_RATIO), "%zu", hak_slack_over(0));
	hak_limit_give(MIB(800));
	hak_slack_set_kept(0);

	/* Nothing has gone: what is fetched is new. */
	hak_slack_note_fresh(MIB(50));
	CHECK(most() == FLOOR);
	/* Of what has gone, as much as is fetched again. */
	hak_slack_note_purged(MIB(40));
	CHECK(most() == FLOOR);
	hak_slack_note_fresh(MIB(30));
	CHECK(most() == FLOOR + MIB(30));
	hak_slack_note_fresh(MIB(30));
	CHECK(most() == FLOOR + MIB(40));
	hak_slack_note_fresh(MIB(30));
	CHECK(most() == FLOOR + MIB(40));

	/* As long as all of it is used now and then, it stays; of what is not, half goes in a second. */
	hak_slack_age();
	hak_slack_count_dirty((int64_t)MIB(30));
	hak_slack_age();
	CHECK(most() == FLOOR + MIB(40));
	hak_slack_age();
	CHECK(most() == FLOOR + MIB(25));
	hak_slack_count_dirty(-(int64_t)MIB(30));
	hak_slack_count_dirty((int64_t)MIB(30));
	hak_slack_age();
	CHECK(most() == FLOOR + MIB(25));
	for (unsigned i = 0; i < 1000; i++) {
		last = most();
		hak_slack_age();
		CHECK(most() < last || last == FLOOR);
	}
	CHECK(most() == FLOOR);
	hak_slack_count_dirty(-(int64_t)MIB(30));

	/* What has gone is forgotten, too. */
	hak_slack_note_purged(MIB(64));
	for (unsigned i = 0; i < 3; i++)
		hak_slack_age();
	hak_slack_note_fresh(MIB(64));
	/* Nor may more stay than 3/2 of what was in use lately. */
	CHECK(most() == FLOOR);
	use_once(MIB(2));
	CHECK(most() == FLOOR + MIB(3));
	use_once(MIB(100));
	CHECK(most() == FLOOR + MIB(8));
	hak_slack_count_dirty((int64_t)MIB(8));
	for (unsigned i = 0; i < 1000; i++)
		hak_slack_age();
	CHECK(most() == FLOOR);
	hak_slack_count_dirty(-(int64_t)MIB(8));
}

/* Where blocks come and go, all that was in use lately may stay as well; where they only go, for 32 MiB or for 16 of 1 MiB,
 * no more. */
static void check_turns(void)
{
	use_once(MIB(100));
	hak_slack_note_taken();
	for (unsigned i = 0; i < 3; i++) {
		hak_slack_note_given(MIB(31) - 1);
		CHECK(most() >= MIB(100) + FLOOR, "%zu", most());
		hak_slack_note_given(0);
		CHECK(most() < MIB(10) + FLOOR, "%zu", most());
		hak_slack_note_taken();
		for (unsigned k = 0; k < 16; k++) {
			CHECK(most() >= MIB(100) + FLOOR);
			hak_slack_note_given(MIB(1));
		}
		CHECK(most() < MIB(10) + FLOOR);
		hak_slack_note_taken();
	}
	hak_slack_note_given(HAK_SLACK_DRAIN);
	for (unsigned i = 0; i < 100; i++)
		hak_slack_age();
}

static void check_options(void)
{
	hak_options.purge_delay = -1;
	CHECK(hak_slack_over(GIB(1)) == 0);
	hak_options.purge_delay = 0;
	CHECK(hak_slack_over(4096) == 4096);
	hak_options.purge_delay = HAK_PURGE_DELAY;
	hak_store_relaxed(&hak_options.diet, 1);
	CHECK(hak_slack_over(FLOOR) == FLOOR - FLOOR / 8 && hak_slack_over(FLOOR / 8) == 0);
	hak_store_relaxed(&hak_options.diet, 0);
}

static uint64_t resident(void)
{
	struct hak_superslab_resident resident;
	struct hak_large_stats large;

	hak_superslab_resident_get(&resident);
	hak_large_resident_get(&large);
	return resident.used + resident.dirty + resident.lazy + large.live + large.cached;
}

/* Slices and mappings, freed beyond the floor, are gone when the call is over. */
static void check_given(void)
{
	static struct hak_slices slices[30];
	static char *large[30];
	bool is_clean;

	hak_options.thp = HAK_THP_NEVER;
	for (unsigned i = 0; i < N_OF(slices); i++) {
		CHECK(hak_superslab_take(16, HAK_SLICE_SIZE, &slices[i]));
		memset(slices[i].base, 1, 16 * HAK_SLICE_SIZE);
		CHECK(large[i] = hak_large_take(MIB(1), HAK_ALIGNMENT, false, &is_clean));
		memset(large[i], 1, MIB(1));
	}
	hak_slack_note_given(HAK_SLACK_DRAIN);
	for (unsigned i = 0; i < N_OF(slices); i++) {
		hak_superslab_give(slices[i].superslab, slices[i].base, slices[i].n);
		/* The bound falls by a sixteenth of what is freed, after that. */
		CHECK(hak_slack_over(0) <= 3 * HAK_SLICE_SIZE, "%zu", hak_slack_over(0));
		CHECK(hak_large_give(hak_registry_find(large[i]), large[i]));
		CHECK(hak_slack_over(0) <= 3 * HAK_SLICE_SIZE);
	}
	CHECK(hak_slack_now() <= FLOOR + 3 * HAK_SLICE_SIZE && hak_slack_now() >= FLOOR / 2, "%zu", hak_slack_now());
	CHECK(is_emulated() || resident() <= FLOOR + MIB(1), "%zu resident", (size_t)resident());
}

/* A program whose memory swings pays for it a few times, then no more. */
static void check_swing(void)
{
	static struct hak_slices slices[40];
	unsigned n_clean = 0;

	for (unsigned round = 0; round < 20; round++) {
		n_clean = 0;
		for (unsigned i = 0; i < N_OF(slices); i++) {
			CHECK(hak_superslab_take(16, HAK_SLICE_SIZE, &slices[i]));
			memset(slices[i].base, 1, 16 * HAK_SLICE_SIZE);
			n_clean += slices[i].is_clean;
		}
		for (unsigned i = 0; i < N_OF(slices); i++)
			hak_superslab_give(slices[i].superslab, slices[i].base, slices[i].n);
	}
	CHECK(n_clean == 0, "%u times 1 MiB was fetched again", n_clean);
	CHECK(hak_slack_now() >= MIB(40));
	for (unsigned i = 0; i < 1000; i++)
		hak_slack_age();
	CHECK(hak_slack_over(0) >= MIB(40) - FLOOR);
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
	hak_kept_purge(0, SIZE_MAX, SIZE_MAX);
	CHECK(hak_slack_now() == 0);
}

int main(void)
{
	check_arithmetic();
	check_turns();
	check_options();
	check_given();
	check_swing();
	return 0;
}
