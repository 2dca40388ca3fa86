/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* malloc_stats() writes to stderr, with the figure of what is allocated in it. */
/* hak-stderr: [Aa]llocated.*[0-9] */
#include "check.h"

int main(void)
{
	void *p = hide(malloc(100));

	malloc_stats();
	free(p);
	return 0;
}
