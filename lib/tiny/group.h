/* SPDX-License-Identifier: MIT */
/*
 * Owns: slab descriptors, in groups; all in a group have the same number of bitmap words.
 * Threads: any.
 * Locks: SLABS inside.
 * J1 A descriptor's body, that is, its bitmaps and live bytes, lies apart from it, with the bodies of its group. If no
 *    descriptor of a group is in use, the OS pages of the bodies are given back; then they read as zero, as when new.
 * J2 Nobody writes to the body of an unused descriptor: none of its blocks is live, in flight or cached. Only an
 *    announcement can come late (B3), and that is not in the body.
 * J3 What SLABS guards changes one store at a time, so that at worst a forked child finds a group that is lost to it.
 * J4 The first group of each number of words is small, and its bodies stay: so the descriptors and bodies of a small process
 *    lie on few OS pages, each of which would be copied after a fork.
 */
#ifndef HAK_TINY_GROUP_H
#define HAK_TINY_GROUP_H

#include "tiny/slab.h"

/* An unused descriptor with n_words words in each bitmap. Its live bytes are 0, except that of a slab of one block; its
 * bitmaps are undefined. NULL: no memory. */
struct hak_slab *hak_group_take(unsigned n_words);

void hak_group_give(struct hak_slab *s);

extern struct hak_slab *hak_group_slabs; /* lk:SLABS; read by any: only ever grows */

/* The first of all descriptors ever made, linked by next (read it with acquire). Those owned by hak_heap_none are not in
 * use. */
struct hak_slab *hak_group_first_slab_any(void);

/* Gives back the OS pages of groups that are not in use. */
void hak_group_trim(void);

#endif
