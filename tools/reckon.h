/* SPDX-License-Identifier: MIT */
/* Owns: the figures of another process, summed as the library sums its own (lib/watch/stats.c). */
#ifndef HAK_TOOLS_RECKON_H
#define HAK_TOOLS_RECKON_H

#include "target.h"
#include "watch/record.h"

/* False: the process has ended, or its memory makes no sense. */
bool reckon(struct target *t, struct hak_record *record);

#endif
