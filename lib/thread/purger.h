/* SPDX-License-Identifier: MIT */
/*
 * Owns: the purge thread, an ordinary thread of the C library that exists only with purge_thread:on. It does the decay
 *       that the program's misses would do, and watches the container if a limit comes from there.
 * Threads: hak_purger_start(): any, outside a miss. Locks: none held.
 */
#ifndef HAK_THREAD_PURGER_H
#define HAK_THREAD_PURGER_H

#include "base/attr.h"

/* Starts it, unless it is running. False: no thread could be made. A forked child has none. */
bool hak_purger_start(void);

#endif
