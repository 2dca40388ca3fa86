/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: shared */
/* hakmem_trim(target): gives back down to the target, and says how much. */
/* hak-conf: purge_delay:-1 */
#include "check.h"
#include <hakmem.h>

#define N 60000
static void *blocks[N];

int main(void)
{
	struct hakmem_stats s;
	size_t i, full, back;

	for (i = 0; i < N; i++) {
		blocks[i] = malloc(1000);
		CHECK(blocks[i]);
		memset(blocks[i], 1, 1000);
	}
	full = rss();
	for (i = 0; i < N; i++)
		free(blocks[i]);
	back = hakmem_trim(MIB(20));
	CHECK(hakmem_stats_get(&s, sizeof(s)));
	CHECK(s.dirty <= MIB(20), "%llu dirty", (unsigned long long)s.dirty);
	CHECK(back >= MIB(25), "%zu", back);
	back += hakmem_trim(0);
	CHECK(hakmem_stats_get(&s, sizeof(s)));
	CHECK(s.dirty == 0, "%llu dirty", (unsigned long long)s.dirty);
	CHECK(back >= MIB(45), "%zu", back);
	CHECK(full == 0 || rss() + MIB(45) <= full, "RSS from %zu to %zu", full, rss());
	CHECK(hakmem_trim(0) < MIB(1));
	CHECK(hakmem_check() == 0);
	return 0;
}
