/* SPDX-License-Identifier: MIT */
/* Owns: the names of files that options have the library write, and what is said if one cannot be. Threads: any. Locks: none. */
#ifndef HAK_WATCH_OUTPUT_H
#define HAK_WATCH_OUTPUT_H

#include "base/text.h"

/* Adds an option's path, in which %p is the process, %n is n, and %% a per cent sign. */
void hak_output_add_path(struct hak_text *t, const char *pattern, uint64_t n);

bool hak_output_ends_in(const char *path, const char *ending);

/* One line on stderr: the option's file cannot be written. */
void hak_output_complain(const char *option, const char *path, long error);

#endif
