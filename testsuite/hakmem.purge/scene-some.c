/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: preload */
/* hak-conf: purge_thread:on */
/* The scene, one block in 20 alive, 20 MiB of it: at most 110 MiB resident after 5 idle seconds, 90 MiB after
 * malloc_trim(0); what is alive has not changed. */
#include "purge.h"

int main(void)
{
	need_small_pages();
	scene_make();
	scene_free(0, 1, 20);
	scene_check_some();
	return 0;
}
