/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A double free that waits in a cache is found by hakmem_check(), without an exit or a flush. */
#include "fault.h"
#include <hakmem.h>

static void commit(size_t size)
{
	void *a = block_of(size), *b = block_of(size);

	free(a);
	free(b);
	free(hide(a));
	hakmem_check();
	if (!strstr(getenv("HAKMEM_CONF"), "report"))
		_exit(1); /* without the verification at exit */
}

FAULTS(DOUBLE_SIZES("hakmem_check", commit))
