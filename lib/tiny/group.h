/* SPDX-License-Identifier: MIT */
/*
 * Owns: the descriptors of slabs, in groups of those with as many bitmap words.
 * Threads: any.
 * Locks: SLABS inside.
 * D1 A descriptor's body, which is its bitmaps and live bytes, lies apart from it, among the bodies of its group. Where no
 *    descriptor of a group is in use, its bodies' OS pages go back: they read as zero then, as when they were new.
 * D2 Nobody else's write reaches an unused descriptor's body: no block of it is alive, in flight or cached. Only its
 *    announcement can be late (B3), and that is no part of the body.
 * D3 What SLABS guards changes store by store so that a forked child finds at worst a group that is not used any more.
 */
#ifndef HAK_TINY_GROUP_H
#define HAK_TINY_GROUP_H

#include "tiny/slab.h"

/* An unused descriptor with n_words words in each bitmap. Its live bytes are 0, but for those of a block that was alone in
 * its slab; its bitmaps are anything. NULL: no memory. */
struct hak_slab *hak_group_take(unsigned n_words);

void hak_group_give(struct hak_slab *s);

/* The first of all descriptors ever made, linked by next (read it with acquire); those without an owner but
 * hak_heap_none are not in use. */
struct hak_slab *hak_group_first_slab_any(void);

/* Gives back what groups keep that are not in use. */
void hak_group_trim(void);

#endif
