/* SPDX-License-Identifier: MIT */
/*
 * Owns: the purge thread, which there is under purge_thread:on alone: an ordinary thread of the C library's. It does what
 *       the program's misses would do for it, and watches the container where a limit comes from there.
 * Threads: hak_purger_start(): any, outside a miss. Locks: none held.
 */
#ifndef HAK_THREAD_PURGER_H
#define HAK_THREAD_PURGER_H

#include "base/attr.h"

/* Starts it, unless it is there. False: the system has no thread for us. A forked child has none. */
bool hak_purger_start(void);

#endif
