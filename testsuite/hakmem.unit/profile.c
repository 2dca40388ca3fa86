/* SPDX-License-Identifier: MIT */
/* The heap profile's records: thousands of blocks come and go, and each is found at its site until it goes; what there is no
 * room for is counted; a child that was forked while the lock was held makes the same profile of it; a free by a thread that
 * holds the lock is made up for. */
#include "unit.h"
#include "watch/profile.c"

#include <pthread.h>
#include <sys/wait.h>

enum { N_BLOCKS = 40000, N_STACKS = 300, MEMORY = 16 << 20 };

static struct { uint32_t stack, size; } model[N_BLOCKS]; /* size 0: not alive */
static uint32_t stack_of[N_STACKS];
static pthread_barrier_t barrier;
static bool is_asked_for;

static bool is_wanted(void)
{
	return is_asked_for;
}

static bool settle(bool is_on)
{
	is_asked_for = is_on;
	return hak_profile_settle(is_wanted, MEMORY, 1);
}

static const void *block_at(size_t i)
{
	return (const void *)(uintptr_t)(0x7f0000000000 / (sizeof(void *) == 4 ? 65536 : 1) + i * 48);
}

static void make_stacks(void)
{
	for (unsigned i = 0; i < N_STACKS; i++) {
		uintptr_t frame[HAK_PROF_DEPTH];
		size_t n = 1 + i % HAK_PROF_DEPTH;

		for (size_t k = 0; k < n; k++)
			frame[k] = 5000 + i * 100 + k;
		CHECK(take_lock());
		stack_of[i] = put_stack_locked(frame, n, 0);
		CHECK(stack_of[i] != 0 && put_stack_locked(frame, n, 0) == stack_of[i]);
		hak_lock_give(&lock);
	}
}

static bool add(size_t i, uint32_t stack, uint32_t size)
{
	bool is_there;

	CHECK(take_lock());
	is_there = add_locked(block_at(i), size, stack);
	hak_lock_give(&lock);
	return is_there;
}

static void change(unsigned long n, uint64_t *state)
{
	for (unsigned long k = 0; k < n; k++) {
		size_t i = rnd(state) % N_BLOCKS;

		if (model[i].size != 0) {
			uint32_t site = hak_profile_drop(block_at(i), NULL);

			CHECK(site != 0, "block %zu has no record", i);
			CHECK(((struct hak_prof_site *)hak_table_at(&sites, site))->size == model[i].size);
			model[i].size = 0;
		} else {
			model[i].stack = stack_of[rnd(state) % N_STACKS];
			model[i].size = 16 << rnd(state) % 8;
			CHECK(add(i, model[i].stack, model[i].size));
		}
		CHECK(hak_profile_drop((const void *)8, NULL) == 0);
	}
}

/* A copy has of each site what the model has. */
static void check_profile(void)
{
	struct hak_profile_copy copy;
	struct hak_profile_site site;
	struct hak_profile_counts counts;
	uint64_t n_live = 0, n_wanted = 0;

	CHECK(hak_profile_copy(&copy, NULL));
	for (size_t at = 0; hak_profile_next(&copy, &at, &site);) {
		CHECK(site.n_live <= site.n_taken && site.n_frames >= 1 && site.n_frames <= HAK_PROF_DEPTH);
		CHECK((site.frame[0] - 5000) / 100 % HAK_PROF_DEPTH == site.n_frames - 1, "another stack");
		for (size_t i = 0; i < N_BLOCKS; i++)
			if (model[i].size == site.size)
				n_wanted += ((const struct hak_prof_stack *)hak_table_at(&stacks, model[i].stack))->frame[0] == site.frame[0];
		n_live += site.n_live;
	}
	hak_profile_free_copy(&copy);
	hak_profile_counts_get(&counts);
	CHECK(n_live == n_wanted && n_live == counts.n_samples, "%d, %d, %d", (int)n_live, (int)n_wanted, (int)counts.n_samples);
}

static void *hold(void *arg)
{
	CHECK(hak_lock_take(&lock));
	/* As if in the middle of a change. */
	records.bucket[0] = records.bucket[records.n_buckets / 2];
	unused = 0;
	live = 12345;
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return arg;
}

static void check_fork(uint64_t *state)
{
	uint32_t first = records.bucket[0], was_unused = unused;
	uint64_t was_live = live;
	pthread_t thread;
	pid_t child;
	int status;

	pthread_barrier_init(&barrier, NULL, 2);
	CHECK(pthread_create(&thread, NULL, hold, NULL) == 0);
	pthread_barrier_wait(&barrier);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		check_profile();
		CHECK(live == was_live);
		change(2000, state);
		check_profile();
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0, "the child ended with %x", status);
	records.bucket[0] = first;
	unused = was_unused;
	live = was_live;
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	hak_lock_give(&lock); /* the thread's */
	hak_lock_held = 0;
}

static void check_late(void)
{
	size_t i = 0;

	while (model[i].size == 0)
		i++;
	CHECK(take_lock());
	CHECK(!take_lock() && hak_profile_drop(block_at(i), NULL) == 0);
	hak_lock_give(&lock);
	model[i].size = 0;
	check_profile();
	CHECK(hak_profile_drop(block_at(i), NULL) == 0, "it was dropped only once");
}

static void check_full(void)
{
	struct hak_profile_counts counts;
	size_t n = 0, n_added;

	CHECK(settle(false));
	CHECK(settle(true));
	make_stacks();
	while (add(n, stack_of[n % N_STACKS], 64))
		n++;
	hak_profile_counts_get(&counts);
	CHECK(n > 100000 && counts.n_samples == n && counts.n_lost == 1, "%zu", n);
	n_added = n;
	while (n > 0)
		CHECK(hak_profile_drop(block_at(--n), NULL) != 0);
	CHECK(add(n_added, stack_of[0], 64) && hak_profile_drop(block_at(n_added), NULL) != 0);
	hak_profile_counts_get(&counts);
	CHECK(counts.n_samples == 0 && live == 0);
}

int main(void)
{
	uint64_t state = 3;
	size_t resident;

	CHECK(!hak_profile_copy(&(struct hak_profile_copy){ .base = NULL }, NULL));
	for (unsigned round = 0; round < 3; round++) {
		CHECK(settle(true) && hak_sampler_is_on());
		make_stacks();
		change(rounds(200000), &state);
		check_profile();
		check_fork(&state);
		check_late();
		resident = hak_os_resident(memory, memory_size);
		CHECK(settle(false));
		CHECK(!hak_sampler_is_on() && !hak_profile_copy(&(struct hak_profile_copy){ .base = NULL }, NULL));
		CHECK(is_emulated() || hak_os_resident(memory, memory_size) < resident / 8, "its memory stays");
		memset(model, 0, sizeof(model));
	}
	CHECK(settle(true));
	check_full();
	return 0;
}
