/* SPDX-License-Identifier: MIT */
/* What the tests of the library's parts share. */
#ifndef UNIT_H
#define UNIT_H

#include "check.h"

/* Rounds to make of a loop that is worth n in a plain build: sanitizers are slow, and emulators. */
UNUSED static unsigned long rounds(unsigned long n)
{
	const char *build = getenv("HAK_UNIT_BUILD");

	return is_emulated() || (build != NULL && strcmp(build, "plain") != 0) ? n / 8 + 1 : n;
}

#endif
