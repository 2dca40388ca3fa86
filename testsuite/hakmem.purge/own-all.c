/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: preload */
/* hak-timeout: 60 */
/* The scene, all freed, by a thread that does nothing else: right after the last free at most 24 MiB are resident for
 * the heap, freed from the first to the last or the other way round. In random order nearly all slabs become free at
 * the end together: then a little work may follow. */
#include "purge.h"

static void check_round(size_t round)
{
	static size_t order[N_SCENE];
	size_t before = rss(), most = before + MIB(24) + sizeof(order) + sizeof(scene), i, k, n;
	uint64_t random = 3;

	scene_make();
	CHECK(rss() >= MIB(380), "%zu", rss());
	for (i = 0; i < N_SCENE; i++)
		order[i] = round == 1 ? N_SCENE - 1 - i : i;
	for (i = N_SCENE - 1; round == 2 && i > 0; i--) {
		size_t one = order[i];

		k = (size_t)(rnd(&random) % (i + 1));
		order[i] = order[k];
		order[k] = one;
	}
	for (i = 0; i < N_SCENE; i++)
		free(scene[order[i]]);
	n = round == 2 ? work_lightly(most, 5) : rss();
	CHECK(n <= most, "%zu resident after the last free, round %zu", n, round);
}

int main(void)
{
	size_t round;

	/* Each in a process of its own: what one needs again at once may stay. */
	for (round = 0; round < 3; round++)
		in_child(check_round, round);
	return 0;
}
