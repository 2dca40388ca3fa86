/* SPDX-License-Identifier: MIT */
/* Owns: what a process publishes itself in struct hakmem_page, read without any other knowledge of its libhakmem. */
#ifndef HAK_TOOLS_PUBLISHED_H
#define HAK_TOOLS_PUBLISHED_H

#include "base/text.h"
#include "target.h"

/* Appends it: a JSON object on a line, or a text for people. False: t->trouble says why not. */
bool published_print(struct target *t, pid_t pid, bool is_json, struct hak_text *out);

#endif
