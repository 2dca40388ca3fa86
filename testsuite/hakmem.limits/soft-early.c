/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: shared */
/* hak-conf: limit_soft:64M,purge_delay:-1 */
/* Beyond limit_soft free memory goes back at once, below it waits; no allocation fails, and idling the program stays
 * below it. */
#include "container.h"

int main(void)
{
	CHECK(stats_now().limit_soft == MIB(64) && stats_now().limit_from == 1);
	free_much(MIB(40));
	usleep(500000);
	CHECK(stats_now().dirty > MIB(30), "%zu: purged too early", (size_t)stats_now().dirty);
	CHECK(stats_now().n_pressed == 0);
	free_much(MIB(200));
	CHECK(wait_dirty_below(MIB(64), 20) < 10);
	CHECK(is_pressed_beyond(0));
	return 0;
}
