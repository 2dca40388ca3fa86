/* SPDX-License-Identifier: MIT */
/*
 * Owns: where huge pages are asked for (option thp), where they are kept, and where memory is worth more.
 * Threads: any. Locks: none.
 * Asked for, a whole huge page becomes resident where one OS page would have: so only for what is touched all over
 * anyway, slabs of blocks no larger than an OS page. Untouched may then be the ends of each heap's newest slab of each
 * class, and of the last huge page: as soon as these are a small part of all dense slices, we ask.
 */
#ifndef HAK_REGION_HUGE_H
#define HAK_REGION_HUGE_H

#include "base/atomic.h"
#include "base/attr.h"

enum hak_huge {
	HAK_HUGE_NOT_YET, /* the kernel's setting counts */
	HAK_HUGE_ASKING,  /* some thread is just asking: the superslab stays mapped */
	HAK_HUGE_AUTO,    /* asked for, and broken when too much inside is free */
	HAK_HUGE_ALWAYS,  /* asked for, never broken */
	HAK_HUGE_BROKEN   /* small pages for ever: parts were given back, or the option says so */
};

/* A new superslab's state; asks the kernel if the option says always or never. */
uint32_t hak_huge_begin(char *base, size_t size);

/* Asks for them. Returns the state after that. */
uint32_t hak_huge_ask(char *base, size_t size);

/* To be called before parts of a superslab go back. */
void hak_huge_break(uint32_t *state, char *base, size_t size);

/* How often one was broken that we had asked for. */
uint64_t hak_huge_n_broken(void);

HAK_INLINE bool hak_huge_is_asked(uint32_t state)
{
	return state == HAK_HUGE_AUTO || state == HAK_HUGE_ALWAYS;
}

/* How many slices must be dense before we ask; UINT64_MAX: never. */
uint64_t hak_huge_least(void);

/* A heap has got its first slab of a dense class, of n slices, or with a negative number lost its last. */
void hak_huge_count_first(int64_t n_slices);

/* Advice for the mapping of a large block. */
void hak_huge_advise_large(char *base, size_t size);

#endif
