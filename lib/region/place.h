/* SPDX-License-Identifier: MIT */
/*
 * Owns: where mappings go with HAK_HARDEN_RANDOM: to random addresses in a window of addresses that is itself placed at
 *       random, once. The window is small so that the registry needs few tables for it.
 * Threads: any. Locks: none.
 */
#ifndef HAK_REGION_PLACE_H
#define HAK_REGION_PLACE_H

#include "base/attr.h"

/* An address for size bytes, aligned as superslabs are; NULL: the kernel chooses. */
void *hak_place_draw(size_t size);

#endif
