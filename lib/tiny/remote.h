/* SPDX-License-Identifier: MIT */
/*
 * Owns: the way home of blocks that a thread frees and another one's heap owns.
 * Threads: see each function. Locks: none.
 * T1 A block on its way has its bit in its slab's remote bitmap, or stands in one outbox.
 * T2 A slab with a remote bit that its owner does not know of is announced: is_pending, and in some heap's pending
 *    list or in the hands of a thread that will put it there. Announced to the wrong heap (the slab was adopted,
 *    or released and made anew, meanwhile), it is forwarded.
 */
#ifndef HAK_TINY_REMOTE_H
#define HAK_TINY_REMOTE_H

#include "tiny/slab.h"

/* Sends p, a block of slab s with index idx, home: through h's outbox. */
void hak_remote_push_own(struct hak_heap *h, struct hak_slab *s, void *p);

/* Sends the blocks [first, first + n) of slab s home, from a thread that need not have a heap. */
void hak_remote_send_any(struct hak_slab *s, unsigned first, unsigned n);

/* Empties the outbox. */
void hak_remote_flush_own(struct hak_heap *h);

/* Puts back into their slabs what others sent to h. */
void hak_remote_collect_own(struct hak_heap *h);

/* Sends every slab announced to h on to its owner. */
void hak_remote_forward_any(struct hak_heap *h);

#endif
