/* SPDX-License-Identifier: MIT */
/*
 * Owns: the statistics: sums over the counts of slabs, caches and superslabs.
 * Threads: any. Exact if no other thread allocates meanwhile. Locks: those of lower layers, inside.
 */
#ifndef HAK_WATCH_STATS_H
#define HAK_WATCH_STATS_H

#include "watch/record.h"

/* All figures. Asks the kernel about each OS page, and looks at each block of slabs that have free ones. */
void hak_stats_get(struct hakmem_stats *stats);

/* Only what our own counters say, for callers that call often: dirty and lazy are upper bounds; holes, metadata,
 * resident and pinned are 0. */
void hak_stats_count(struct hakmem_stats *stats);

/* All classes, but for what is pinned. Returns how many. */
unsigned hak_stats_get_classes(struct hakmem_class_stats stats[HAK_N_CLASSES]);

/* Adds what is pinned of the classes [from, end). */
void hak_stats_get_pinned(struct hakmem_class_stats classes[HAK_N_CLASSES], unsigned from, unsigned end);

/* The share in that of the block at p (watch/pins.h), which another thread may free meanwhile: then it is a wrong one. */
double hak_stats_pinned_by(const void *p);

/* Both, as hak_stats_get(), and as hak_stats_count(). */
void hak_stats_fill(struct hak_record *record);
void hak_stats_fill_counted(struct hak_record *record);

/* Writes a record of it to t, an open text, and closes that. Returns 0, or the errno of a failed write; ENOMEM: nothing was
 * written. */
int hak_stats_print(struct hak_text *t, enum hakmem_format format);

/* The same to fd, by one write(2); whoever writes into the same pipe meanwhile waits. */
int hak_stats_send(int fd, enum hakmem_format format, bool of_parent);

#endif
