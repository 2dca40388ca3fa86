/* SPDX-License-Identifier: MIT */
/*
 * Owns: the way home of blocks that a thread frees and another one's heap owns.
 * Threads: see each function. Locks: none.
 * T1 A block on its way has its bit in its slab's remote bitmap.
 * T2 A slab with a remote bit that its owner does not know of is announced: is_pending, and in some heap's pending
 *    list or in the hands of a thread that will put it there. Announced to the wrong heap (the slab was adopted,
 *    or released and made anew, meanwhile), it is forwarded.
 */
#ifndef HAK_TINY_REMOTE_H
#define HAK_TINY_REMOTE_H

#include "tiny/slab.h"

/* Sends p home, if it is a live block of another heap's slab. False, and nothing done: it is not, or h's thread is to
 * enter for once (n_slices_given). */
bool hak_remote_free_own(struct hak_heap *h, void *p);

/* Sends block idx of another heap's slab s home. False: it was on its way already. */
bool hak_remote_push_own(struct hak_heap *h, struct hak_slab *s, unsigned idx);

/* Sends the blocks [first, first + n) of slab s home, from a thread that need not have a heap. */
void hak_remote_send_any(struct hak_slab *s, unsigned first, unsigned n);

/* Puts back into their slabs what others sent to h: of one class, of all. */
void hak_remote_collect_class_own(struct hak_heap *h, unsigned sc);
void hak_remote_collect_own(struct hak_heap *h);

/* Has h anything to collect? A hint. */
bool hak_remote_is_pending_any(const struct hak_heap *h);

/* Sends every slab announced to h on to its owner. */
void hak_remote_forward_any(struct hak_heap *h);

#endif
