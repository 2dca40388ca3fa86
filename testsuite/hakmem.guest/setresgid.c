/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* A program that runs with its group's rights, and gives them up later: setresgid() reaches each thread there is. */
#include "rights.h"

int main(void)
{
	need_root();
	if (setresgid(NOBODY, 0, 0))
		UNSUPPORTED_BECAUSE("setresgid: %s", strerror(errno));
	grow_heap(32);
	be_busy(0.3);
	CHECK(setresgid(NOBODY, NOBODY, NOBODY) == 0);
	check_rights(2);
	return 0;
}
