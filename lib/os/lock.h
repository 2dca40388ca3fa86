/* SPDX-License-Identifier: MIT */
/*
 * Owns: ranked futex locks that survive fork.
 * Threads: any. hak_lock_try() is async-signal-safe.
 * Locks: a thread takes locks in the order of their ranks only (debug builds check).
 * L1 The word holds the generation of the lock's holder, so a forked child can tell a lock that is held from one whose
 *    holder exists only in the parent.
 * L2 hak_lock_held tells a signal handler which ranks its own thread may hold, and must not be waited for. Rank 0 is no lock's:
 *    hak_lock_note().
 */
#ifndef HAK_OS_LOCK_H
#define HAK_OS_LOCK_H

#include "base/attr.h"
#include "base/site.h"

enum hak_rank {
	HAK_RANK_CACHES = 1, /* thread/: heaps, and caches without a thread */
	HAK_RANK_HEAP,       /* tiny/: a heap's slabs */
	HAK_RANK_SLABS,      /* tiny/: descriptors of slabs */
	HAK_RANK_LARGE,      /* large/: cached mappings */
	HAK_RANK_SUPERSLAB,  /* region/: superslabs and their slices */
	HAK_RANK_META,       /* region/: metadata */
	HAK_RANK_PROFILE,    /* watch/: the heap profile */
	HAK_N_RANKS
};

struct hak_lock {
	uint32_t word;       /* any: 0 free, else generation << 1 | has_waiters */
	uint32_t rank;       /* const: enum hak_rank */
#if HAK_COUNT
	struct hak_site *outer; /* the holder: see base/site.h */
	uint64_t since;      /* the holder: ticks */
	bool is_contended;   /* the holder: it was not free at once */
#endif
};

/* own: four bits for each rank: how many locks of it the thread holds, or is about to take. */
extern __thread uint32_t hak_lock_held __attribute__((tls_model("initial-exec")));

/* May the thread hold a lock of a rank other than this one? 0: of any. */
HAK_INLINE bool hak_lock_is_any_held(uint32_t but)
{
	return (hak_lock_held & ~(but != 0 ? (uint32_t)15 << 4 * but : 0)) != 0;
}

/* n: 1 before, -1 after something else that a handler must not disturb: to it, the thread seems to hold a lock meanwhile. */
HAK_INLINE void hak_lock_note(int n)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	hak_lock_held += (uint32_t)n;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* May the thread hold a lock of this rank? */
HAK_INLINE bool hak_lock_has(uint32_t rank)
{
	return (hak_lock_held >> 4 * rank & 15) != 0;
}

#define HAK_LOCK(r) { .word = 0, .rank = (r) }

/* Takes the lock. False: taken, but a fork left its last holder behind in the middle of a change, so the caller must
 * rebuild or abandon what it guards. */
bool hak_lock_take(struct hak_lock *lock) __attribute__((warn_unused_result));

/* Takes it if it is free. */
bool hak_lock_try(struct hak_lock *lock) __attribute__((warn_unused_result));

void hak_lock_give(struct hak_lock *lock);

#if HAK_COUNT
/* Counted by the place that takes it. */
#define hak_lock_take(lock) \
	({ \
		struct hak_lock *taken_ = (lock); \
		bool is_sound_ = (hak_lock_take)(taken_); \
		hak_site_take(HAK_SITE, taken_->is_contended, &taken_->outer); \
		taken_->since = hak_site_ticks(); \
		is_sound_; \
	})
#define hak_lock_try(lock) \
	({ \
		struct hak_lock *tried_ = (lock); \
		bool is_taken_ = (hak_lock_try)(tried_); \
		if (is_taken_) { \
			hak_site_take(HAK_SITE, false, &tried_->outer); \
			tried_->since = hak_site_ticks(); \
		} \
		is_taken_; \
	})
#endif

#endif
