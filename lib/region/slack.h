/* SPDX-License-Identifier: MIT */
/*
 * Owns: slack: how much free memory stays resident, and how much may. What is freed beyond that goes back at once.
 * Threads: any. Locks: none.
 * K1 Slack is free slices that are dirty, mappings kept by large/, and empty slabs of one block in heaps. It may be a floor,
 *    a part of what is in use, all that was in use lately unless the program does nothing but free, and the swing: what went back for want of slack and had to be fetched again soon, as far as
 *    so much was in use lately. Of both, what was not reached for a second falls by half.
 */
#ifndef HAK_REGION_SLACK_H
#define HAK_REGION_SLACK_H

#include "base/attr.h"

/* Bytes more, or fewer, of dirty slices; of kept mappings; of slabs of one block. */
void hak_slack_count_dirty(int64_t n_bytes);
void hak_slack_count_kept(int64_t n_bytes);
void hak_slack_count_empty(int64_t n_bytes);

/* Where they were counted anew. */
void hak_slack_set_dirty(uint64_t n_bytes);
void hak_slack_set_kept(uint64_t n_bytes);

/* Bytes by which slack would exceed what may stay, with n_bytes more. */
size_t hak_slack_over(size_t n_bytes);

/* Bytes of slack now. */
size_t hak_slack_now(void);

/* So many bytes were freed at once; something was taken. */
void hak_slack_note_given(size_t n_bytes);
void hak_slack_note_taken(void);

/* Bytes went back since there was too much slack; bytes of fresh memory are about to be used. */
void hak_slack_note_purged(size_t n_bytes);
void hak_slack_note_fresh(size_t n_bytes);

/* Lets the swing fall; once a second is right. */
void hak_slack_age(void);

#endif
