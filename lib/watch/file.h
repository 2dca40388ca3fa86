/* SPDX-License-Identifier: MIT */
/* Owns: the file that stats_file names. Threads: any, one at a time. Locks: none. */
#ifndef HAK_WATCH_FILE_H
#define HAK_WATCH_FILE_H

#include "base/attr.h"

bool hak_file_is_asked(void);

/* Puts a new one into the old one's place: who opens it finds a whole record. What goes wrong is told once. */
void hak_file_write(void);

#endif
