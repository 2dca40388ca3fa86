/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: counts resident bytes */
/* hak-link: preload */
/* hak-conf: purge_delay:-1 */
/* The scene, one block in 20 alive, and nobody purges: malloc_trim(0) alone gets it to 90 MiB, and says so. */
#include "purge.h"

int main(void)
{
	need_small_pages();
	scene_make();
	scene_free(0, 1, 20);
	CHECK(rss() >= MIB(380), "%zu", rss());
	CHECK(malloc_trim(0) == 1);
	CHECK(rss() <= MIB(90), "%zu resident", rss());
	scene_verify();
	scene_free(0, 1, 0);
	CHECK(malloc_trim(0) == 1);
	CHECK(rss() <= MIB(12), "%zu resident", rss());
	CHECK(malloc_trim(0) == 0);
	return 0;
}
