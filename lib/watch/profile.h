/* SPDX-License-Identifier: MIT */
/*
 * Owns: the heap profile: a record for each live sampled block; sites, each a stack and a size, with their counts; stacks.
 * Threads: any, inside a miss; functions of a copy, outside too.
 * Locks: PROFILE inside. A signal handler whose thread holds it already does not wait: its allocations are not sampled,
 *        and its frees are noted and handled by the next thread that takes the lock.
 * V1 All blocks of a site have the same size, so each of its samples stands for the same number of blocks.
 * V2 Records that have a block, and sites and stacks up to used, are authoritative. Buckets, chains, live counts and the
 *    list of unused records are derived from them: a forked child that finds the lock held rebuilds them.
 * V3 Everything is in one mapping of fixed size, which becomes resident as it is used.
 */
#ifndef HAK_WATCH_PROFILE_H
#define HAK_WATCH_PROFILE_H

#include "base/attr.h"
#include "conf/limits.h"
#include "conf/report.h"

/* If is_wanted(), starts an empty profile in memory bytes, and sampling, unless there is one. If not, stops both, drops the
 * profile and gives its memory back. is_wanted() is called under the lock, so that of two overlapping calls the later one
 * decides. False: no memory. */
bool hak_profile_settle(bool (*is_wanted)(void), uint64_t memory, uint64_t interval);

/* Adds the sampled block of size bytes at p, with the stack that starts at frame (Q1 in api/alloc.h). False: there is no
 * record of it, because there is no room, or the caller's thread holds the lock. */
bool hak_profile_add(const void *p, size_t size, const void *frame);

/* Removes the record of the block at p, which caller frees; NULL: nobody. Returns its site, or 0 if there is no record. */
uint32_t hak_profile_drop(const void *p, const struct hak_caller *caller);

/* Undoes hak_profile_drop(). False: no room. */
bool hak_profile_put_back(const void *p, uint32_t site);

/* The stack of the block at p, which is live or was freed lately; freed: that of its free. Returns how many frames; 0: it is not
 * known, or it was not freed. */
size_t hak_profile_find(const void *p, bool freed, uintptr_t out[HAK_PROF_DEPTH]);

struct hak_profile_counts {
	uint64_t n_samples; /* blocks with a record */
	uint64_t n_lost;    /* samples without one, because there was no room */
};

extern struct hak_profile_counts hak_profile_sums; /* lk:PROFILE */

void hak_profile_counts_get(struct hak_profile_counts *counts);

/* The serial number of the profile there is, or of the last one. */
uint64_t hak_profile_serial(void);

/* Calls visit() for each live sample of that profile, with its site's place among the copied sites. Not under the lock, which is
 * only taken for a few records at a time. */
void hak_profile_visit(uint64_t serial, void (*visit)(uintptr_t block, size_t site, void *arg), void *arg);

struct hak_profile_copy;

/* Describes sites and stacks, and copies them to copy->base if that is not NULL and *n_bytes, which they take, fit. False: there is
 * no profile. */
bool hak_profile_read(struct hak_profile_copy *copy, size_t *n_bytes);

#endif
