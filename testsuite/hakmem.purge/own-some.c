/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: preload */
/* hak-timeout: 60 */
/* The scene, one block in 20 alive: a program that makes 1,000 small allocations a second has at most 110 MiB resident
 * after 10 seconds, and 90 MiB after malloc_trim(0); what is alive has not changed. */
#include "purge.h"

int main(void)
{
	size_t n;

	need_small_pages();
	scene_make();
	scene_free(0, 1, 20);
	n = work_lightly(MIB(114), 12);
	CHECK(n <= MIB(114), "%zu resident", n);
	malloc_trim(0);
	n = rss();
	CHECK(n <= MIB(94), "%zu resident after malloc_trim(0)", n);
	scene_verify();
	return 0;
}
