/* SPDX-License-Identifier: MIT */
/* HAKMEM_CONF read from here, and what it says on stderr. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "check.h"
#include "conf/options.h"

#include <sys/mman.h>

static char said[1 << 16];

/* Reads conf as the library does at start-up; what went to stderr is then in `said`. */
UNUSED static void read_conf(const char *conf)
{
	int there = dup(2);
	int file = memfd_create("stderr", 0);
	ssize_t n;

	CHECK(there >= 0 && file >= 0 && setenv("HAKMEM_CONF", conf, 1) == 0);
	dup2(file, 2);
	hak_options_state = HAK_OPTIONS_UNREAD;
	hak_options_read();
	dup2(there, 2);
	n = pread(file, said, sizeof said - 1, 0);
	CHECK(n >= 0);
	said[n] = '\0';
	close(there);
	close(file);
}

#endif
