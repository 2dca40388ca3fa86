/* SPDX-License-Identifier: MIT */
/*
 * Owns: slack: how much free memory stays resident, and how much may. Memory freed beyond that is given back at once,
 *       parts of huge pages when they have aged.
 * Threads: any. Locks: none.
 * K1 Slack is dirty slices, mappings kept by large/, and empty slabs of one block in heaps. Its bound is the sum of a
 *    fixed floor; a part of what is in use; the most in use lately, while the program does not only free; and the swing:
 *    memory that was given back for want of slack and soon needed again, but no more than 3/2 of the most in use lately
 *    (a buffer that grows leaves behind what it has outgrown). Each second, the swing and that maximum lose half of what
 *    was not reached in it.
 */
#ifndef HAK_REGION_SLACK_H
#define HAK_REGION_SLACK_H

#include "base/attr.h"

/* Counts n_bytes more (or fewer) of dirty slices; of kept mappings; of empty slabs of one block. */
void hak_slack_count_dirty(int64_t n_bytes);
void hak_slack_count_kept(int64_t n_bytes);
void hak_slack_count_empty(int64_t n_bytes);

/* Sets them, after a recount. */
void hak_slack_set_dirty(uint64_t n_bytes);
void hak_slack_set_kept(uint64_t n_bytes);

/* Bytes by which slack would exceed its bound with n_bytes more. */
size_t hak_slack_over(size_t n_bytes);

/* Bytes of slack now. */
size_t hak_slack_now(void);

/* n_bytes were freed at once; something was taken. */
void hak_slack_note_given(size_t n_bytes);
void hak_slack_note_taken(void);

/* n_bytes were given back because there was too much slack; n_bytes of fresh memory are about to be used. */
void hak_slack_note_purged(size_t n_bytes);
void hak_slack_note_fresh(size_t n_bytes);

/* Lets the swing decay. To be called about once a second. */
void hak_slack_age(void);

#endif
