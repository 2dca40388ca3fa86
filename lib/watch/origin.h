/* SPDX-License-Identifier: MIT */
/* Owns: what process this is, for records. Threads: any. Locks: none. */
#ifndef HAK_WATCH_ORIGIN_H
#define HAK_WATCH_ORIGIN_H

#include "watch/record.h"

/* Fills in program, version, pid and time. of_parent: the parent's pid. */
void hak_origin_get(struct hak_record *record, bool of_parent);

#endif
