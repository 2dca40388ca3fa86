/* SPDX-License-Identifier: MIT */
/*
 * Owns: shut slices: those whose last OS page is inaccessible, to stop whoever writes past the end of a hardened process's slab.
 *       A slice stays shut when it is freed: to make that OS page accessible takes memory of what RLIMIT_DATA allows, and there
 *       may be none left. Whoever takes the slice does it, or fails; or the end of its slab is there again, and nothing is to do.
 * Threads: whoever took the slices. Locks: none.
 */
#ifndef HAK_REGION_SHUT_H
#define HAK_REGION_SHUT_H

#include "region/superslab.h"

/* Shuts the slice at base, if the system can. */
void hak_shut(struct hak_superslab *s, char *base);

/* Makes all of the n slices from base accessible. False: no memory. */
bool hak_shut_open(struct hak_superslab *s, char *base, size_t n);

/* The superslab was unmapped. */
void hak_shut_forget(const struct hak_superslab *s);

#endif
