/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* A setuid program that works as its caller, and then gives up for good what it saved: no thread keeps it. */
#include "rights.h"

int main(void)
{
	need_root();
	if (setresuid(NOBODY, NOBODY, 0))
		UNSUPPORTED_BECAUSE("setresuid: %s", strerror(errno));
	CHECK(prctl(PR_SET_DUMPABLE, 1) == 0);
	grow_heap(32);
	be_busy(0.3);
	CHECK(setresuid(NOBODY, NOBODY, NOBODY) == 0);
	check_rights(1 | 4);
	return 0;
}
