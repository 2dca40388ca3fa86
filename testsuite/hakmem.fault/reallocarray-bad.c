/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* reallocarray() of what is no live block. */
#include "fault.h"

static char global[256] __attribute__((aligned(64)));

static void inside(size_t size)
{
	char *p = block_of(size);

	p = hide(reallocarray(hide(p + 16), 2, size));
}

static void foreign(size_t size)
{
	void *p = hide(reallocarray(hide(global), 2, size));

	(void)p;
}

FAULTS({ "inside 64", inside, 64, "pointer inside a block" },
       { "inside 8 MiB", inside, MIB(8), "pointer inside a block" },
       { "global", foreign, 64, "not a block of ours" })
