/* SPDX-License-Identifier: MIT */
/*
 * Owns: the places where options are set before the program runs: its own symbol hakmem_conf, the system's file
 *       (--with-conf-file), the variable HAKMEM_CONF.
 * Threads: the one that reads the options. Locks: none.
 * Later places win over earlier ones, in the order of enum hak_origin. A program with more rights than its caller
 * (AT_SECURE) has no variable.
 */
#ifndef HAK_CONF_SOURCES_H
#define HAK_CONF_SOURCES_H

#include "base/attr.h"
#include "base/text.h"

enum hak_origin { HAK_FROM_DEFAULT, HAK_FROM_PROGRAM, HAK_FROM_FILE, HAK_FROM_ENVIRONMENT, HAK_FROM_CALL, HAK_N_ORIGINS };

struct hak_source {
	enum hak_origin origin;
	unsigned line; /* of the file, from 1; else 0 */
};

/* The environment as the kernel or libc has it; NULL: it cannot be found yet. */
char **hak_sources_environment(void);

/* The 16 random bytes that the kernel gives a program, or NULL. To be called before the program can have replaced its
 * environment: where the C library does not say where the kernel put it, they are searched behind that. */
const unsigned char *hak_sources_random(void);

/* Passes each "name:value" to take, without the blanks around it. Returns whether take accepted all. Keeps errno. */
bool hak_sources_read(char **environment,
		      bool (*take)(const struct hak_source *source, const char *pair, size_t n));

/* Appends the name of the place, for messages. */
void hak_sources_name(struct hak_text *t, const struct hak_source *source);

#endif
