/* SPDX-License-Identifier: MIT */
/*
 * Owns: events: what a thread did in a miss, and when; and the line that one is written as.
 * Threads: any. Locks: none. Of itself it asks nobody: hakmem-stat writes those of other processes so.
 */
#ifndef HAK_WATCH_EVENT_H
#define HAK_WATCH_EVENT_H

#include "base/text.h"

struct hak_event {
	uint64_t number;    /* any: from 1, in its ring; 0: none, or HAK_EVENT_BUSY: it is being written */
	uint64_t when;      /* any: ns of hak_os_now_fine() */
	uint32_t thread_id; /* any: the kernel's */
	uint32_t what;      /* any: enum hak_probe */
	uintptr_t value[3]; /* any: the probe's arguments */
};

#define HAK_EVENT_BUSY ((uint64_t)1 << 63) /* with the fork generation of who writes it */

HAK_INLINE bool hak_event_is_there(uint64_t number)
{
	return number != 0 && (number & HAK_EVENT_BUSY) == 0;
}

/* Appends its line. */
void hak_event_print(struct hak_text *t, const struct hak_event *e) HAK_COLD;

#endif
