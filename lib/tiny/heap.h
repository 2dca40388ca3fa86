/* SPDX-License-Identifier: MIT */
/*
 * Owns: the heap: slabs by class, shared by the threads that use it, and the remote frees announced to it.
 * Threads: any. Heaps are never unmapped.
 * Locks: the heap's own, HEAP, for batches between slabs and caches, and for whatever is due in the heap. It is never
 *        held over a system call or while taking another lock.
 * H1 The bitmaps are authoritative: a forked child that finds the lock held by a thread it does not have rebuilds the
 *    counts and lists of the heap's slabs from them. Lists change only under the lock, so nothing else can be half
 *    done.
 * H2 A slab has an owner from when it is listed until it leaves the lists. Before that it has none, so that a forked child
 *    lists only slabs that are finished, and none that its own thread is about to list.
 * H3 While any cache may hold a block of a heap's slabs, or a hole of them is being purged, only empty slabs leave it.
 */
#ifndef HAK_TINY_HEAP_H
#define HAK_TINY_HEAP_H

#include "base/list.h"
#include "conf/limits.h"
#include "os/lock.h"
#include "os/random.h"

struct hak_slab;

/* What a heap has of one class. */
struct hak_bin {
	struct hak_link open;      /* lk:HEAP: slabs with a free block; refills take from the first */
	struct hak_link full;      /* lk:HEAP: slabs without */
	uint32_t n_empty;          /* lk:HEAP: open slabs with no block taken */
	uint32_t n_rest;           /* lk:HEAP: of these, how many were empty at the last hak_heap_cool_any(); slabs of one block */
	uint32_t n_slabs;          /* lk:HEAP */
};

struct hak_heap {
	struct hak_lock lock;      /* HEAP */
	uint64_t tag;              /* const: what marks this heap's slabs in the registry; never 0 */
	uint32_t id;               /* const: from 1 */
	uint32_t n_made;           /* any: slabs made */
	uint32_t n_threads;        /* any: that use it */
	uint32_t n_caches;         /* any; raised lk:CACHES: that may hold blocks of its slabs */
	uint32_t n_purging;        /* lk:HEAP: threads that have taken holes of its slabs, and will put them back (tiny/hole.h) */
	bool is_data;              /* const: it is another heap's data */
	uint64_t n_single_bytes;   /* lk:HEAP; read by any: in empty slabs of one block, ... */
	uint64_t n_slack_bytes;    /* lk:HEAP: ... and how much of that is counted in region/slack.h */
	uint32_t n_news;           /* lk:HEAP; read by any: slabs in news */
	uint32_t round;            /* lk:HEAP: rounds of decay begun */
	uint32_t n_round;          /* lk:HEAP: slabs in news that this round of decay has not looked at yet */
	uint64_t round_at;         /* lk:HEAP: ms: when the next one may begin */
	struct hak_link news;      /* lk:HEAP: slabs in which blocks became free, the oldest first (tiny/hole.h) */
	struct hak_heap *next;     /* any: all heaps, in the order they were made */
	struct hak_heap *data;     /* any: NULL until needed: where its threads' blocks without pointers are (thread/heap.h) */
	struct hak_link warm;      /* lk:CACHES: caches of ended threads, blocks and all; the newest comes first */
	uint32_t n_warm;           /* lk:CACHES */
	struct hak_bin bin[HAK_N_CLASSES];
	struct hak_slab *held[HAK_N_CLASSES]; /* lk:HEAP: in a hardened process: slabs with held blocks (tiny/aside.h), ... */
	struct hak_random random;  /* lk:HEAP: ... and what blocks are drawn with */

	/* Others write here. */
	struct hak_slab *pending[HAK_N_CLASSES] HAK_ALIGNED(HAK_LINE_SIZE); /* any: slabs with remote frees, by next_pending */
};

/* Makes a zeroed heap usable. */
void hak_heap_init(struct hak_heap *h, uint32_t id);

/* Takes the lock, and repairs what a fork left behind (H1). */
void hak_heap_lock(struct hak_heap *h);

/* The same if the lock is free: for a signal handler, whose own thread may hold it. */
bool hak_heap_try_lock(struct hak_heap *h);

void hak_heap_unlock(struct hak_heap *h);

/* Collects the remote frees of class sc: puts the blocks back into h's slabs. */
void hak_heap_collect_class_any(struct hak_heap *h, unsigned sc);

/* The same for all classes; then gives back all slabs that are empty. */
void hak_heap_collect_any(struct hak_heap *h);

/* Gives back the empty slabs of one block that were empty at the last call already, or all of them. */
void hak_heap_cool_any(struct hak_heap *h, bool all);

/* What is due each second: collects, gives back empty slabs, and those of one block if they were empty a second ago. */
void hak_heap_tidy_any(struct hak_heap *h);

/* Does h have anything to collect? A hint. */
bool hak_heap_is_pending_any(const struct hak_heap *h);

/* The heap of unused slabs, to which late announcements may go. */
extern struct hak_heap hak_heap_none;

#endif
