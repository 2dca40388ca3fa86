/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: preload */
/* The scene made in a parent and freed in its child, but for one block in 20: the child's memory comes back, as
 * it does a little work, and by malloc_trim(0). The parent's does not change. */
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
		n = work_lightly(MIB(110), 10);
		CHECK(n <= MIB(110), "%zu resident", n);
		malloc_trim(0);
		CHECK(rss() <= MIB(90), "%zu resident after malloc_trim(0)", rss());
		scene_verify();
		scene_free(0, 1, 0);
		n = work_lightly(MIB(12), 8);
		CHECK(n <= MIB(12), "%zu resident, all freed", n);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(status == 0, "child: wait status %#x", (unsigned)status);
	scene_verify();
	return 0;
}
