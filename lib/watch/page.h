/* SPDX-License-Identifier: MIT */
/*
 * Owns: the page that stats_page:on has in memory, for others to read: struct hakmem_page.
 * Threads: any, one at a time. Locks: none.
 * sequence is odd while values change; a reader that finds it even, and the same before and after, has whole values.
 * A forked child does not have its parent's page (MADV_DONTFORK): it is not touched in another fork generation than the
 * one that made it.
 */
#ifndef HAK_WATCH_PAGE_H
#define HAK_WATCH_PAGE_H

#include "base/attr.h"

/* Makes the page if this process has none, and publishes the figures that cost no system call. */
void hak_page_publish(void);

/* The same for a last time, where there is one. */
void hak_page_finish(void);

#endif
