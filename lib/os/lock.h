/* SPDX-License-Identifier: MIT */
/*
 * Owns: ranked futex locks that survive fork.
 * Threads: any. Not async-signal-safe, and nothing here needs it to be.
 * Locks: a thread takes locks in the order of their ranks only (debug builds check).
 * L1 The word names the generation of its holder, so a forked child can tell a lock that is held from one
 *    whose holder stayed behind in the parent.
 */
#ifndef HAK_OS_LOCK_H
#define HAK_OS_LOCK_H

#include "base/attr.h"
#include "base/site.h"

enum hak_rank {
	HAK_RANK_PURGER = 1, /* thread/: the right to make a step of decay */
	HAK_RANK_SHARED,     /* thread/: the heap of threads that are past their end */
	HAK_RANK_HEAPS,      /* thread/: heaps without a thread */
	HAK_RANK_SLABS,      /* tiny/: descriptors of slabs */
	HAK_RANK_WALK,       /* large/: the right to walk through all live blocks */
	HAK_RANK_LARGE,      /* large/: cached mappings */
	HAK_RANK_SUPERSLAB,  /* region/: superslabs and their slices */
	HAK_RANK_META,       /* region/: metadata */
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

#define HAK_LOCK(r) { .word = 0, .rank = (r) }

/* Takes the lock. False: taken, but its last holder vanished in a fork in the middle of a change, so what it
 * guards must be abandoned, not read. */
bool hak_lock_take(struct hak_lock *lock) __attribute__((warn_unused_result));

void hak_lock_give(struct hak_lock *lock);

#if HAK_COUNT
/* Counted by where it is taken. */
#define hak_lock_take(lock) \
	({ \
		struct hak_lock *taken_ = (lock); \
		bool is_sound_ = (hak_lock_take)(taken_); \
		hak_site_take(HAK_SITE, taken_->is_contended, &taken_->outer); \
		taken_->since = hak_site_ticks(); \
		is_sound_; \
	})
#endif

#endif
