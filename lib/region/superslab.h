/* SPDX-License-Identifier: MIT */
/*
 * Owns: superslabs: aligned regions cut into slices, for slabs and runs. A slice is used; or free and dirty (maybe
 *       resident), lazy (maybe resident, but the kernel may take it) or clean (no memory behind it, zero when touched).
 * Threads: any.
 * Locks: SUPERSLAB inside; no system call is made under it.
 * S1 used, dirty and lazy are disjoint; n_used, n_dirty and n_lazy count them; aged is a subset of dirty.
 * S2 A superslab is found by the length of its extents of free and of dirty slices (region/extents.h).
 * S3 The bitmaps are authoritative: a forked child that finds the lock held by a thread it does not have rebuilds all
 *    counts and lists from them.
 * S4 Long rows of clean or lazy slices are undumped, that is, left out of core dumps, as long as there are few
 *    mappings. Used and dirty slices are dumped.
 * S5 Dense slices are used slices full of blocks no larger than an OS page. A superslab for which we asked for huge
 *    pages has no others, unless address space is scarce, and gives back whole huge pages only. If that would leave
 *    more than its share of free memory resident, its huge pages are broken up for good.
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
	bool is_fresh;               /* none was ever used: nobody has had an address in them */
	struct hak_span *record;     /* room for a span, as long as the slices are taken */
};

struct hak_superslab_stats {
	uint64_t mapped;  /* bytes of all superslabs */
	uint64_t used;    /* bytes of used slices */
	uint64_t dirty;   /* bytes of dirty slices */
	uint64_t lazy;    /* bytes of lazy slices */
	uint64_t n_superslabs;
};

/* Takes n adjacent slices, the first at a multiple of align (a power of two; up to HAK_SUPERSLAB_ALIGN costs nothing
 * extra). False: no memory. */
bool hak_superslab_take(size_t n, size_t align, struct hak_slices *out);

/* The same for n dense slices (S5): these may get huge pages, because every OS page of them will be touched anyway. */
bool hak_superslab_take_dense(size_t n, struct hak_slices *out);

/* The rest of a span's last slice, behind its size: if it is clean, or can be made clean under a hard limit, it no
 * longer counts as held, and the span is clean. Reclaim it before the size or the slices change. */
void hak_superslab_forgo_rest(struct hak_span *span);

/* Counts it as held again. _take returns false if the limit forbids that. */
void hak_superslab_reclaim_rest(const struct hak_span *span);
bool hak_superslab_take_rest(const struct hak_span *span);

/* Gives back n slices from base, as dirty ones. If there is too much slack then, purges some. */
void hak_superslab_give(struct hak_superslab *superslab, char *base, size_t n);

/* The same for a run's slices, without the lock: whoever takes the lock next frees them. The span is not registered. */
void hak_superslab_give_late(struct hak_span *run);

/* Takes the slices [base + n_old, base + n_new) too, if all are free; *is_clean as in struct hak_slices. */
bool hak_superslab_extend(struct hak_superslab *superslab, char *base, size_t n_old, size_t n_new, bool *is_clean);

/* The span that is registered for its free slices. */
struct hak_span *hak_superslab_nothing(struct hak_superslab *superslab);

/* Holes found inside used slices: n_new bytes now, n_old at the last count. True: they stay, to keep huge pages whole,
 * and are counted. False: they should go, and are not counted. */
bool hak_superslab_keep_holes(struct hak_superslab *superslab, size_t n_old, size_t n_new);

/* Does the superslab have huge pages that are whole? */
bool hak_superslab_is_huge(const struct hak_superslab *superslab);

/* Call this before giving back OS pages inside used slices: it breaks up huge pages if necessary. */
void hak_superslab_break(struct hak_superslab *superslab);

/* Which free slices are to be purged. */
enum hak_purge {
	HAK_PURGE_AGED,  /* those that were dirty at the last hak_superslab_age() already */
	HAK_PURGE_SLACK, /* any, long rows first */
	HAK_PURGE_ALL    /* all, lazy ones too, never lazily */
};

/* Purges up to n_bytes, and unmaps superslabs that became all clean. Except for HAK_PURGE_ALL, does so in pieces, and
 * lazily under purge_lazy. Returns bytes given back. */
size_t hak_superslab_purge(enum hak_purge which, size_t n_bytes);

/* Did the kernel refuse the last purge, as it does for locked memory? */
bool hak_superslab_is_refused(void);

/* Marks what is dirty now as aged. Also leaves free memory out of core dumps (S4). */
void hak_superslab_age(void);

void hak_superslab_stats_get(struct hak_superslab_stats *stats);

/* How much of it is resident. For statistics only: asks the kernel. */
struct hak_superslab_resident {
	uint64_t used, dirty, lazy; /* bytes, each as in struct hak_superslab_stats; dirty with clean ones in huge pages */
};
void hak_superslab_resident_get(struct hak_superslab_resident *resident);

/* Checks S1 and S2 for every superslab; returns faults found, one line each. */
size_t hak_superslab_check(void);

#endif
