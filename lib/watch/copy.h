/* SPDX-License-Identifier: MIT */
/*
 * Owns: a copy of the heap profile, to be written out without holding its lock, with what is found out about its blocks.
 * Threads: any. Locks: the profile's inside, of hak_profile_copy() alone.
 */
#ifndef HAK_WATCH_COPY_H
#define HAK_WATCH_COPY_H

#include "base/attr.h"
#include "watch/reach.h"

/* One site of a copy. n_taken and so on count samples; each stands for weight blocks. pinned: bytes of free blocks that cannot
 * be given back because of the live blocks for which its samples stand (watch/pins.h). */
struct hak_profile_site {
	const uintptr_t *frame;
	uint32_t n_frames;
	size_t size;
	double weight;
	uint64_t n_taken, n_live, n_peak, n_leaked;
	uint64_t pinned;
};

/* A copy of the profile, to be written out without holding the lock. */
struct hak_profile_copy {
	char *base;      /* NULL: there is no copy */
	const struct hak_reach *reach; /* NULL: n_leaked is not known */
	size_t size;
	uint64_t interval;
	uint64_t serial;
	size_t n_sites_end, n_stacks_end; /* bytes of the copied sites and stacks */
};

/* False: there is no profile, or no memory. reach: what a search for leaks has found, or NULL. */
bool hak_profile_copy(struct hak_profile_copy *copy, const struct hak_reach *reach);
void hak_profile_free_copy(struct hak_profile_copy *copy);

/* Iterates over the sites of a copy; *at is 0 before the first call. False: no more sites. */
bool hak_profile_next(const struct hak_profile_copy *copy, size_t *at, struct hak_profile_site *site);

#endif
