/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* The scene made in a parent and freed in its child, but for one block in 20: the child's memory comes back, by a
 * purge thread of its own, and by malloc_trim(0). The parent's does not change. */
#include "purge.h"

int main(void)
{
	pid_t child;
	size_t n;
	int status;

	need_small_pages();
	scene_make();
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		scene_free(0, 1, 20);
		scene_check_some();
		scene_free(0, 1, 0);
		n = settle(MIB(12), 8);
		CHECK(n <= MIB(12), "%zu resident, all freed", n);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(status == 0, "child: wait status %#x", (unsigned)status);
	scene_verify();
	return 0;
}
