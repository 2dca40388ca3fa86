/* SPDX-License-Identifier: MIT */
/*
 * Owns: how much memory the library holds, how much it may hold, and the container's limits.
 * Threads: any. hak_limit_watch(): one at a time.
 * Locks: none. Opens a file only if an option asks for it (hak_limit_is_asked()).
 * N1 Held is what may be resident: used and dirty slices (except the untouched end of a run), mappings of large blocks,
 *    live and kept, and metadata. It is counted from before it is used until it is given back.
 * N2 With a hard limit, only metadata, and ends of runs that become free slices, make held exceed the limit.
 */
#ifndef HAK_REGION_LIMIT_H
#define HAK_REGION_LIMIT_H

#include "base/atomic.h"
#include "base/attr.h"

enum hak_limit_level {
	HAK_LIMIT_BELOW, /* the soft limit, or there is none */
	HAK_LIMIT_SOFT,  /* above it: free memory should not stay */
	HAK_LIMIT_BRINK  /* about to hit the container's limit */
};

/* Where the limits in force come from, as bits. */
enum hak_limit_from {
	HAK_LIMIT_FROM_OPTION = 1,
	HAK_LIMIT_FROM_CGROUP = 2
};

struct hak_limit_stats {
	uint64_t held;       /* any: bytes */
	uint64_t soft, hard; /* any: bytes in force; 0: none */
	uint64_t from;       /* any: enum hak_limit_from */
	uint64_t n_refused;  /* any */
	uint64_t n_pressed;  /* any */
};

extern struct hak_limit_stats hak_limit_sums;

extern uint64_t hak_limit_mark; /* any: bytes from which hak_limit_level() can be more than HAK_LIMIT_BELOW; 0: never */

/* Counts size bytes more. False: that would exceed the hard limit; nothing is counted. */
bool hak_limit_take(size_t size);

/* Counts them unconditionally: the memory is there already. */
void hak_limit_add(size_t size);

void hak_limit_give(size_t size);

/* Bytes held now. */
uint64_t hak_limit_held(void);

/* Is there a hard limit? */
bool hak_limit_is_hard(void);

/* Is size within the hard limit at all? If not, no purging helps. */
bool hak_limit_allows(size_t size);

enum hak_limit_level hak_limit_level_now(void);

HAK_INLINE enum hak_limit_level hak_limit_level(void)
{
	return HAK_LIKELY(hak_load_relaxed(&hak_limit_mark) == 0) ? HAK_LIMIT_BELOW : hak_limit_level_now();
}

/* Count an allocation that failed, if there is a hard limit; a purge for a limit or for the container. */
void hak_limit_count_refusal(void);
void hak_limit_count_press(void);

/* Applies the options' limits, once the options are known. The first hak_limit_take() does so, too. */
void hak_limit_start(void) HAK_COLD;

/* An option about limits has changed: works out the limits again. */
void hak_limit_change(void);

/* Does an option ask for the container's limit? Only then are its files read: while the library is loaded, by
 * hak_limit_change() and by hak_limit_watch(). */
bool hak_limit_is_asked(void);

/* Looks at the container's files. True: it has been short of memory since the last look. Never called by an allocation. */
bool hak_limit_watch(void);

void hak_limit_stats_get(struct hak_limit_stats *stats);

#endif
