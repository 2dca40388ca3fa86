/* SPDX-License-Identifier: MIT */
/*
 * Owns: where to ask for huge pages (option thp), when to keep them, and when memory is worth more.
 * Threads: any. Locks: none.
 * With huge pages, touching one OS page makes a whole huge page resident. So we ask for them only for what is touched
 * all over anyway: slabs of blocks no larger than an OS page. What stays untouched are the ends of each heap's newest
 * slab of each class, and of the last huge page. We ask as soon as these are a small part of all dense slices.
 */
#ifndef HAK_REGION_HUGE_H
#define HAK_REGION_HUGE_H

#include "base/atomic.h"
#include "base/attr.h"

enum hak_huge {
	HAK_HUGE_NONE,   /* not asked for: the kernel's setting decides */
	HAK_HUGE_AUTO,   /* asked for; broken up when too much inside is free */
	HAK_HUGE_ALWAYS, /* asked for; never broken up */
	HAK_HUGE_BROKEN  /* asked for once; small pages from now on: parts were given back */
};

/* A new superslab's state. Asks the kernel, if the option says always or never, or is_dense. */
uint32_t hak_huge_begin(char *base, size_t size, bool is_dense);

/* Call this before giving back parts of a superslab. True: this broke up its huge pages. */
bool hak_huge_break(uint32_t *state, char *base, size_t size);

/* How many superslabs we had asked for were broken up so far. */
uint64_t hak_huge_n_broken(void);

HAK_INLINE bool hak_huge_is_asked(uint32_t state)
{
	return state == HAK_HUGE_AUTO || state == HAK_HUGE_ALWAYS;
}

/* Does the option let us ask, and did the kernel? */
bool hak_huge_is_wanted(void);

/* From how many dense slices on new ones belong into a superslab with huge pages; UINT64_MAX: never. */
uint64_t hak_huge_least(void);

/* A heap got its first slab of a dense class, of n slices; with a negative number, it lost its last. */
void hak_huge_count_first(int64_t n_slices);

/* Advice for the mapping of a large block. */
void hak_huge_advise_large(char *base, size_t size);

#endif
