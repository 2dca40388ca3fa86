/* SPDX-License-Identifier: MIT */
/*
 * Owns: the statistics: sums over the counts of slabs, caches and superslabs.
 * Threads: any. Exact if no other thread allocates meanwhile. Locks: those of lower layers, inside.
 */
#ifndef HAK_WATCH_STATS_H
#define HAK_WATCH_STATS_H

#include "base/text.h"
#include "conf/limits.h"
#include "hakmem.h"

/* All figures. Asks the kernel about each OS page. */
void hak_stats_get(struct hakmem_stats *stats);

/* Only what our own counters say, for callers that call often: dirty and lazy are upper bounds; holes, metadata and
 * resident are 0. */
void hak_stats_count(struct hakmem_stats *stats);

/* All classes. Returns how many. */
unsigned hak_stats_get_classes(struct hakmem_class_stats stats[HAK_N_CLASSES]);

/* Writes all of it to t, an open text, and closes that. Returns 0 or the errno of a failed write. */
int hak_stats_write(struct hak_text *t, enum hakmem_format format);

#endif
