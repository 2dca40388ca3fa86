/* SPDX-License-Identifier: MIT */
/* Owns: the event rings of another process (lib/watch/ring.h), read and sorted by time. */
#ifndef HAK_TOOLS_EVENTS_H
#define HAK_TOOLS_EVENTS_H

#include "base/text.h"
#include "target.h"

/* Appends a line for each event. False: t->trouble says why not. */
bool events_print(struct target *t, pid_t pid, struct hak_text *out);

#endif
