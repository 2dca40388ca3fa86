/* SPDX-License-Identifier: MIT */
/*
 * Owns: the report of a bad free: one line on stderr, then abort(); or, with on_error:report, that line once for each
 *       place in the program.
 * Threads: any. Locks: none. Async-signal-safe, but for the dynamic linker's lock while a heap profile is taken.
 * A SIGABRT handler may jump out, so a report that may be the last leaves nothing half done behind it. What is found inside a
 * miss is a late verdict: the thread tells it once it has left the miss (P4).
 */
#ifndef HAK_CONF_REPORT_H
#define HAK_CONF_REPORT_H

#include "base/atomic.h"
#include "base/attr.h"

enum hak_verdict {
	HAK_DOUBLE_FREE,
	HAK_INSIDE_BLOCK,
	HAK_MISALIGNED,
	HAK_FREE_SLAB,
	HAK_NOT_OURS,
	HAK_WRONG_SIZE,
	HAK_OVERFLOW,      /* a write past the size requested, or before a large block */
	HAK_UNDERFLOW,     /* a write right before the block, to the end of another one */
	HAK_WRITTEN_FREE,  /* a write to a free block */
	HAK_OF_MALLOC, HAK_OF_NEW, HAK_OF_NEW_ARRAY /* where a block comes from that is freed the wrong way */
};

/* Who called, for verdicts. */
struct hak_caller {
	const char *name; /* "free", "realloc", … */
	const void *site;
};

/* These two names both read "delete"; their addresses tell them apart. */
extern const char hak_name_delete[], hak_name_delete_array[];

/* Kinds of block that have no size class. */
#define HAK_CLASS_NONE 0
#define HAK_CLASS_RUN 1
#define HAK_CLASS_LARGE 2

/* Reports ptr. what: a class's size in bytes or HAK_CLASS_*; call: the name of the function that found it; site: the
 * caller's address, or NULL if no longer known. Returns only under on_error:report; the free is then ignored. */
void hak_report_bad_free(enum hak_verdict verdict, const char *call, const void *ptr, size_t what, const void *site)
	HAK_COLD;

/* The same for what is found inside a miss, by whatever call (P4). Under on_error:report, reports it at once. Otherwise returns,
 * and the caller finishes what it is doing; a second verdict before the thread tells the first is only counted. */
void hak_report_late(enum hak_verdict verdict, const void *ptr, size_t what) HAK_COLD;

extern const void *hak_report_late_by; /* any: the thread that has a late verdict to tell, by its hak_lock_held; NULL: none */

/* Has any thread one? */
HAK_INLINE bool hak_report_is_late(void)
{
	return HAK_UNLIKELY(hak_load_relaxed(&hak_report_late_by) != NULL);
}

/* Tells this thread's. */
void hak_report_tell_late(void) HAK_COLD;

/* any; NULL, or set once: called after each line that is written about ptr, wherever that is, before the abort; with no lock held. */
extern void (*hak_report_watcher)(const void *ptr);

/* Is a place, or a block that is damaged, told for the first time? Remembers some dozens; of others, yes. */
bool hak_report_is_new(uintptr_t key);

extern uint64_t hak_report_n; /* any */

uint64_t hak_report_count(void);

#endif
