/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A double free as the last thing a thread, or the program, does. */
#include "fault.h"

static void twice(void *size)
{
	void *p = block_of((size_t)size), *q = block_of((size_t)size);

	free(p);
	free(q);
	free(hide(p));
}

static void last_of_thread(size_t size)
{
	in_thread(twice, (void *)size);
}

static size_t last_size;

static void at_exit(void)
{
	twice((void *)last_size);
	if (!is_reporting())
		_exit(3); /* went on behind it */
}

static void last_of_program(size_t size)
{
	last_size = size;
	CHECK(atexit(at_exit) == 0);
	exit(0);
}

FAULTS(DOUBLE_SIZES("a thread's last act", last_of_thread),
       DOUBLE_SIZES("the program's last act", last_of_program))
