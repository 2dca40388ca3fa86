/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* An aligned block freed twice, at alignments from 32 B to 1 MiB. */
#include "fault.h"

static void commit(size_t alignment)
{
	void *p = hide(aligned_alloc(alignment, 200));

	CHECK(p);
	free(p);
	free(hide(p));
}

FAULTS({ "32", commit, 32, DOUBLE }, { "256", commit, 256, DOUBLE }, { "4096", commit, 4096, DOUBLE_LARGE },
       { "65536", commit, 65536, DOUBLE_LARGE }, { "1 MiB", commit, MIB(1), DOUBLE_LARGE })
