/* SPDX-License-Identifier: MIT */
/*
 * Owns: how much memory the library holds, how much it may hold, and what the container has to say about it.
 * Threads: any, but hak_limit_watch(): one at a time.
 * Locks: none. Opens a file only if an option asks for it (hak_limit_is_asked()).
 * N1 Held is what may be resident: slices used or dirty (but not the end of a run that nobody has written to),
 *    mappings of large blocks, live and kept, metadata. It is counted before it is used, and until it is given back.
 * N2 With a hard limit, held grows beyond it by nothing but metadata, and ends of runs that become free slices.
 */
#ifndef HAK_REGION_LIMIT_H
#define HAK_REGION_LIMIT_H

#include "base/atomic.h"
#include "base/attr.h"

enum hak_limit_level {
	HAK_LIMIT_BELOW, /* the soft limit, or there is none */
	HAK_LIMIT_SOFT,  /* beyond it: free memory should not stay */
	HAK_LIMIT_BRINK  /* about to hit the container's limit */
};

/* Where the limits in force come from, as bits. */
enum hak_limit_from {
	HAK_LIMIT_FROM_OPTION = 1,
	HAK_LIMIT_FROM_CGROUP = 2
};

struct hak_limit_stats {
	uint64_t held;       /* bytes */
	uint64_t soft, hard; /* bytes in force; 0: none */
	uint64_t from;       /* enum hak_limit_from */
	uint64_t n_refused;
	uint64_t n_pressed;
};

extern uint64_t hak_limit_mark; /* any: bytes from which hak_limit_level() can be more than HAK_LIMIT_BELOW; 0: never */

/* Counts size bytes more. False: that would break the hard limit; nothing is counted. */
bool hak_limit_take(size_t size);

/* Counts them in any case: they are there. */
void hak_limit_add(size_t size);

void hak_limit_give(size_t size);

/* Bytes held now. */
uint64_t hak_limit_held(void);

/* Is there a hard limit? */
bool hak_limit_is_hard(void);

/* Can there be so much at all? If not, no purging helps. */
bool hak_limit_allows(size_t size);

enum hak_limit_level hak_limit_level_now(void);

HAK_INLINE enum hak_limit_level hak_limit_level(void)
{
	return HAK_LIKELY(hak_load_relaxed(&hak_limit_mark) == 0) ? HAK_LIMIT_BELOW : hak_limit_level_now();
}

/* An allocation was refused, if there is a hard limit; free memory went back because of a limit or the container. */
void hak_limit_count_refusal(void);
void hak_limit_count_press(void);

/* Puts the options' limits in force, once, as soon as the options are known: the first thing that is counted does, too. */
void hak_limit_start(void) HAK_COLD;

/* An option about limits has changed: works them out anew. */
void hak_limit_change(void);

/* Does an option ask for the container's limit? Only then are its files read: while the library is loaded, by
 * hak_limit_change() and by hak_limit_watch(). */
bool hak_limit_is_asked(void);

/* Looks at the container's files. True: it has been short of memory since the last look. Not on the way of an
 * allocation. */
bool hak_limit_watch(void);

void hak_limit_stats_get(struct hak_limit_stats *stats);

#endif
