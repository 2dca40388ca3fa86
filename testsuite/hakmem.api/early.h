/* SPDX-License-Identifier: MIT */
/* Runs early() before any constructor, of the libraries' too. A test's main() begins with check_early(). */
#ifndef EARLY_H
#define EARLY_H
#include "check.h"

static void early(void);

static int n_early;

static void run_early(int argc, char **argv, char **environment)
{
	(void)argc;
	(void)argv;
	(void)environment;
	n_early++;
	early();
}

__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **, char **) = run_early;

static void check_early(void)
{
#ifndef __GLIBC__
	if (n_early == 0)
		UNSUPPORTED_BECAUSE("this C library runs no .preinit_array");
#endif
	CHECK(n_early == 1);
}

#endif
