/* SPDX-License-Identifier: MIT */
/* Owns: what sites and stacks of the heap profile are, in its tables and in copies of these. Threads: any. Locks: none. */
#ifndef HAK_WATCH_SITES_H
#define HAK_WATCH_SITES_H

#include "watch/table.h"

#define HAK_UNITS(size) ((uint32_t)(((size) + HAK_TABLE_UNIT - 1) / HAK_TABLE_UNIT))

struct hak_prof_site {
	struct hak_entry entry;
	uint32_t stack;
	uint32_t n_leaked; /* of a copy: samples that the program cannot reach */
	uint64_t size;
	double weight;   /* how many blocks a sample stands for */
	uint64_t n_taken, n_live, n_peak;
	double pinned;   /* of a copy: by its samples, in bytes */
};

struct hak_prof_stack {
	struct hak_entry entry;
	uint32_t n;
	uint32_t same_as; /* not 0: frames are the followed form of this unwound stack */
	uintptr_t frame[];
};

#endif
