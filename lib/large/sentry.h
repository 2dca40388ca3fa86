/* SPDX-License-Identifier: MIT */
/*
 * Owns: sentries: blocks, chosen now and then, that stand alone at an edge of their OS pages, between inaccessible ones. A
 *       freed one's OS pages are inaccessible until their turn comes again. So an access past a sentry, or to a freed one,
 *       is a SIGSEGV; what was freed at that address, and by whom, stays here for the debugger.
 * Each has a place of two slices in one reservation, and stands at the start of the second one, or ends where its OS pages do.
 * To the rest of the library it is a large block, and its place stays registered.
 * Threads: any. Locks: none but where places are made, so a signal handler may take and free one; a fork in the middle leaves
 *       a place, or all of them, that the child never uses.
 * I1 Whoever changes the state owns the place, until the block is handed out.
 */
#ifndef HAK_LARGE_SENTRY_H
#define HAK_LARGE_SENTRY_H

#include "large/large.h"

struct hak_trace {
	uintptr_t thread;                       /* its thread pointer; 0: nobody */
	uintptr_t at[HAK_SENTRY_DEPTH];         /* return addresses, innermost first, then 0 */
};

struct hak_sentry {
	struct hak_large *large; /* const */
	uint32_t state;          /* any: of the place: unused, with a live block, or with one that is being freed (I1) */
	/* own: of the block, or of the last one; for readers from outside (watch/inside.h) */
	char *base;
	size_t size;                            /* as requested */
	struct hak_trace taken, given;
};

struct hak_sentries {
	uint64_t due;           /* any: ms: when the next one is wanted; 0: not asked yet; UINT64_MAX: never */
	struct hak_sentry *all; /* const once a turn was taken, like base: the reservation */
	char *base;
	size_t n_bytes;         /* any: of all their OS pages */
};

extern struct hak_sentries hak_sentries;

/* When is the next one wanted (ms)? UINT64_MAX: never. */
uint64_t hak_sentry_due(uint64_t now) HAK_COLD;

/* Is the caller the one who takes it? due: what hak_sentry_due() returned, at most now. Inside a miss. */
bool hak_sentry_take_turn(uint64_t due, uint64_t now) HAK_COLD;

/* A block of size bytes, aligned to align (a power of two), which reads as zero. NULL: its place is in use, or there is no memory,
 * or it is too large. frame: Q1 in api/alloc.h. For whoever took a turn. */
void *hak_sentry_take(size_t size, size_t align, const void *frame) HAK_COLD;

HAK_INLINE bool hak_sentry_is(const struct hak_span *span)
{
	return HAK_UNLIKELY(span->sc == HAK_LIVE_SENTRY) && span->kind == HAK_KIND_LARGE;
}

/* What struct hak_trace calls the calling thread. */
uintptr_t hak_sentry_thread(void);

/* The place whose block p is in, or next to; NULL: none. Its fields may change meanwhile. */
const struct hak_sentry *hak_sentry_near_any(const void *p) HAK_COLD;

/* Takes the block p from the program. False: another thread was first. site: the caller. */
bool hak_sentry_claim(const char *p, const void *site) HAK_COLD;

/* Of a claimed one: where something was written outside of it: somewhere from the returned address on. NULL: nowhere. */
const char *hak_sentry_written(const struct hak_span *span, const char *p) HAK_COLD;

/* Gives a claimed one back to the program. */
void hak_sentry_unclaim(const char *p) HAK_COLD;

/* Makes a claimed one's OS pages inaccessible. */
void hak_sentry_give(struct hak_span *span, const char *p) HAK_COLD;

#endif
