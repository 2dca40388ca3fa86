/* SPDX-License-Identifier: MIT */
#include "os/lock.h"

#include "base/atomic.h"
#include "base/check.h"
#include "os/call.h"
#include "os/fork.h"

#define N_SPINS 64

__thread uint32_t hak_lock_held __attribute__((tls_model("initial-exec")));

HAK_STATIC(HAK_N_RANKS <= 8);

#if HAK_COUNT
static void count_contended(struct hak_lock *lock)
{
	lock->is_contended = true;
}

static void count_given(struct hak_lock *lock)
{
	hak_site_give(lock->outer, hak_site_ticks() - lock->since);
	lock->is_contended = false;
}
#else
#define count_contended(lock) ((void)0)
#define count_given(lock) ((void)0)
#endif

static uint32_t held_unit(const struct hak_lock *lock)
{
	return (uint32_t)1 << 4 * lock->rank;
}

/* Noted before it is taken, and until after it is given back: a signal handler must see it (L2). */
static void note_take(const struct hak_lock *lock)
{
	HAK_ASSERT(lock->rank < HAK_N_RANKS);
	hak_lock_held += held_unit(lock);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static void note_given(const struct hak_lock *lock)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	hak_lock_held -= held_unit(lock);
}

static bool HAK_COLD take_contended(struct hak_lock *lock, uint32_t mine)
{
	uint32_t waiting = mine | 1;

	for (unsigned spin = 0;; spin++) {
		uint32_t word = hak_load_relaxed(&lock->word);

		if (word == 0) {
			/* After sleeping, others may still sleep: keep has_waiters. Pairs with the release in
			 * hak_lock_give(). */
			if (hak_cas_acquire(&lock->word, &word, spin < N_SPINS ? mine : waiting))
				return true;
			continue;
		}
		if (word >> 1 != mine >> 1) { /* L1: the holder is in the parent only */
			if (hak_cas_acquire(&lock->word, &word, waiting))
				return false;
			continue;
		}
		if (spin < N_SPINS) {
			hak_cpu_relax();
			continue;
		}
		if (word == waiting || hak_cas_acquire(&lock->word, &word, waiting))
			hak_call_futex_wait(&lock->word, waiting);
	}
}

bool (hak_lock_take)(struct hak_lock *lock)
{
	uint32_t mine = hak_fork_generation() << 1;
	uint32_t word = 0;
	bool is_sound = true;

	/* Ranks only ever go up. */
	HAK_ASSERT(hak_lock_held >> 4 * lock->rank == 0);
	note_take(lock);
	if (HAK_UNLIKELY(!hak_cas_acquire(&lock->word, &word, mine))) {
		is_sound = take_contended(lock, mine);
		count_contended(lock);
	}
	return is_sound;
}

bool (hak_lock_try)(struct hak_lock *lock)
{
	uint32_t word = 0;

	note_take(lock);
	if (hak_cas_acquire(&lock->word, &word, hak_fork_generation() << 1))
		return true;
	note_given(lock);
	return false;
}

void hak_lock_give(struct hak_lock *lock)
{
	count_given(lock);
	/* Pairs with the acquire of the next taker. */
	if (HAK_UNLIKELY(hak_swap_release(&lock->word, 0) & 1))
		hak_call_futex_wake(&lock->word);
	note_given(lock);
}
