/* SPDX-License-Identifier: MIT */
/*
 * Owns: the output formats of the heap profile.
 * Threads: any, but not signal handlers. Locks: none held; the profile's and the dynamic linker's inside.
 */
#ifndef HAK_WATCH_DUMP_H
#define HAK_WATCH_DUMP_H

#include "base/attr.h"
#include "hakmem.h"

struct hak_profile_copy;

/* Writes the profile to fd. Returns 0 or an errno; ENODATA: there is no profile. */
int hak_dump_write(int fd, enum hakmem_prof_format format);

/* Writes the profile to the next file that the option prof_dump names, or would name. Without names_functions it takes no
 * locks of the dynamic linker but for the one that guards its list of modules. */
void hak_dump_numbered(bool names_functions);

/* The same at the program's end, if the option asks for it. If not, but prof_leaks is on, lists what leaks most on stderr. */
void hak_dump_at_exit(void);

/* Says on stderr what is known of a verdict on p: where the block was allocated, if the profile knows it, and what all threads did
 * last. */
void hak_dump_after_verdict(const void *p) HAK_COLD;

/* Says what an access to p by the code at site (NULL: not known) is, if that is at a sentry's place (large/sentry.h); in a signal
 * handler, too. Returns 0 or an errno; ENODATA: it is not. */
int hak_dump_fault(int fd, const void *p, const void *site) HAK_COLD;

/* Writes a copy as profile.proto. Returns 0 or an errno. */
int hak_dump_pprof(int fd, const struct hak_profile_copy *copy, bool names_functions) HAK_COLD;

#endif
