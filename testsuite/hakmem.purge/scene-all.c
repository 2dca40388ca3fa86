/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: preload */
/* hak-conf: purge_thread:on */
/* The scene, all freed: a program that then does nothing has at most 12 MiB resident after 3 seconds. */
#include "purge.h"

int main(void)
{
	size_t n;

	scene_make();
	CHECK(rss() >= MIB(380), "%zu", rss());
	scene_free(0, 1, 0);
	be_idle(3); /* under load the purger may come late: then it gets 7 more */
	n = settle(MIB(12), 7);
	CHECK(n <= MIB(12), "%zu resident", n);
	return 0;
}
