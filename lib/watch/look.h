/* SPDX-License-Identifier: MIT */
/*
 * Owns: what is written now and then while the program runs, on its own misses: stats_file and stats_page.
 * Threads: any, one at a time. Locks: none; a miss holds none where it gets here.
 * Where nothing was asked for, nothing is ever due (hak_decay_look). All of it takes at most 1/HAK_LOOK_SHARE of the time:
 * what took longer is done again later.
 */
#ifndef HAK_WATCH_LOOK_H
#define HAK_WATCH_LOOK_H

#include "base/attr.h"

/* When the library is loaded, and left: in the end it is written once more. */
void hak_look_start(void);
void hak_look_end(void);

#endif
