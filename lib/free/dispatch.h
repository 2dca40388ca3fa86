/* SPDX-License-Identifier: MIT */
/*
 * Owns: the slow path of free: what is at the address and who owns it, or the verdict on a bad free.
 * Threads: any. Locks: none held; those of lower layers are taken inside.
 * D1 Nothing is read at or near the address before the registry has vouched for it.
 * D2 A verdict is given before anything is changed, or once that is undone, and outside a miss: a SIGABRT handler may do what it
 *    likes. (Late ones, of a lost race, are given once all is done: P4.)
 */
#ifndef HAK_FREE_DISPATCH_H
#define HAK_FREE_DISPATCH_H

#include "conf/report.h"
#include "region/registry.h"

struct hak_cache;
struct hak_heap;

/* The live block that begins at p, or NULL after a verdict (under on_error:report). */
struct hak_span *hak_block_prove(const void *p, const struct hak_caller *caller);

/* realloc() leaves the slab's block that begins at p in place, for size bytes. False: it is not live any more. */
bool hak_block_note_size(struct hak_span *span, const void *p, size_t size);

/* Usable bytes of the block p, which begins in span. */
size_t hak_block_size(const struct hak_span *span, const void *p);

/* Bytes from p to the end of its live block; 0: there is none; SIZE_MAX: unknown. */
size_t hak_block_room(const void *p);

/* The class that a verdict names for a block in span: see conf/report.h. */
size_t hak_block_class(const struct hak_span *span) HAK_COLD;

/* any; set before the first block is sampled, and never changed: called with each sampled block before it is freed. */
extern void (*hak_free_watcher)(void *p, const struct hak_caller *caller);

/* Frees p, a live block that begins in span. */
void hak_free_proved(struct hak_span *span, void *p, const struct hak_caller *caller);

/* Block p of class sc was sent to h, by the thread of cache c or, if NULL, one without. h's own threads may be asleep: now and
 * then, the freeing thread collects there. */
void hak_free_count_sent(struct hak_cache *c, struct hak_heap *h, unsigned sc, const void *p);

/* Frees p, which may be NULL. name and site: the caller. */
void hak_free_miss(void *p, const char *name, const void *site);

/* Frees p, not NULL, if it has that alignment; otherwise gives a verdict. */
void hak_free_aligned_miss(void *p, size_t alignment, const struct hak_caller *caller);

/* Frees p, not NULL, if it can have been requested with this size and alignment (1: none); otherwise gives a verdict. */
void hak_free_sized_miss(void *p, size_t size, size_t alignment, const struct hak_caller *caller);

#endif
