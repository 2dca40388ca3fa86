/* SPDX-License-Identifier: MIT */
/*
 * Owns: superslabs: aligned regions cut into slices, for slabs and runs alike, and which slices are used,
 *       dirty (free, maybe resident), lazy (so, but the kernel may take them) or clean (free, no memory behind them,
 *       zero when touched).
 * Threads: any.
 * Locks: SUPERSLAB inside; no system call is made under it.
 * S1 used, dirty and lazy are disjoint; n_used, n_dirty and n_lazy count them; aged is a subset of dirty.
 * S2 A superslab is found by the length of its extents of free and of dirty slices (region/extents.h).
 * S3 Bitmaps are the truth: a forked child that finds the lock held by a thread it does not have counts and lists all
 *    superslabs anew.
 * S4 Long free runs that are clean or lazy are left out of core dumps, undumped, as long as all mappings are few. Used
 *    and dirty slices are dumped.
 * S5 Dense slices are used ones. A superslab whose huge pages we asked for has few others, and gives back whole huge
 *    pages only; or, where that would leave more than its share of free memory resident, it becomes broken for good.
 */
#ifndef HAK_REGION_SUPERSLAB_H
#define HAK_REGION_SUPERSLAB_H

#include "base/attr.h"
#include "base/list.h"
#include "region/registry.h"

struct hak_slices {
	struct hak_superslab *superslab;
	char *base;
	size_t n;
	bool is_clean;               /* all of them read as zero */
	struct hak_span *record;     /* room for a span, as long as the slices are taken */
};

struct hak_superslab_stats {
	uint64_t mapped;  /* bytes of all superslabs */
	uint64_t used;    /* bytes of used slices */
	uint64_t dirty;   /* bytes of dirty slices */
	uint64_t lazy;    /* bytes of lazy slices */
	uint64_t n_superslabs;
};

/* Takes n adjacent slices, the first at an address that is a multiple of align (a power of two; at most
 * HAK_SUPERSLAB_ALIGN need not cost more). False: no memory. */
bool hak_superslab_take(size_t n, size_t align, struct hak_slices *out);

/* The same for n slices that will be full of blocks no larger than an OS page: those may have huge pages, since every
 * OS page of them is touched anyway. */
bool hak_superslab_take_dense(size_t n, struct hak_slices *out);

/* What follows a span's size in its last slice: where that is clean, or can be made so under a hard limit, it does not count
 * as held any more, and the span is clean. To be reclaimed before size or slices change. */
void hak_superslab_forgo_rest(struct hak_span *span);

/* Counts it as held again; _take: false: the limit. */
void hak_superslab_reclaim_rest(const struct hak_span *span);
bool hak_superslab_take_rest(const struct hak_span *span);

/* Gives n slices from base back, dirty; with too much slack then, some are purged. */
void hak_superslab_give(struct hak_superslab *superslab, char *base, size_t n);

/* The same for a run's, without a lock: they are free as soon as somebody takes that. The span is not registered. */
void hak_superslab_give_late(struct hak_span *run);

/* Takes the slices [base + n_old, base + n_new) too, if all are free; *is_clean as in struct hak_slices. */
bool hak_superslab_extend(struct hak_superslab *superslab, char *base, size_t n_old, size_t n_new, bool *is_clean);

/* What is registered for its free slices. */
struct hak_span *hak_superslab_nothing(struct hak_superslab *superslab);

/* Holes found inside slices in use: n_new bytes now, where n_old were counted before. True: they stay, for the sake of
 * huge pages, and are counted. False: not, and they are not counted. */
bool hak_superslab_keep_holes(struct hak_superslab *superslab, size_t n_old, size_t n_new);

/* Has the superslab huge pages that nothing has broken? */
bool hak_superslab_is_huge(const struct hak_superslab *superslab);

/* To be called before OS pages inside slices in use go to the system: gives huge pages up if need be. */
void hak_superslab_break(struct hak_superslab *superslab);

/* Which free slices are to be purged. */
enum hak_purge {
	HAK_PURGE_AGED,  /* those that were dirty when hak_superslab_age() came by last */
	HAK_PURGE_SLACK, /* any, rather long runs of them */
	HAK_PURGE_ALL    /* any, lazy ones too, for good */
};

/* Purges up to n_bytes, in pieces but for HAK_PURGE_ALL (lazily under purge_lazy, but for HAK_PURGE_ALL), and unmaps
 * superslabs that became all clean. Returns bytes given back. */
size_t hak_superslab_purge(enum hak_purge which, size_t n_bytes);

/* Was the last try refused, as for locked memory? */
bool hak_superslab_is_refused(void);

/* What is dirty now is aged. Leaves free memory out of core dumps, too (S4). */
void hak_superslab_age(void);

void hak_superslab_stats_get(struct hak_superslab_stats *stats);

/* What of it is resident. For figures only: asks the kernel. */
struct hak_superslab_resident {
	uint64_t used, dirty, lazy; /* bytes, each as in struct hak_superslab_stats; dirty with clean ones in huge pages */
};
void hak_superslab_resident_get(struct hak_superslab_resident *resident);

/* Checks S1 and S2 for every superslab; returns faults found, one line each. */
size_t hak_superslab_check(void);

#endif
