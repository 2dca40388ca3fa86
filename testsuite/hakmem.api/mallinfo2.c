/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* mallinfo2() follows what the program allocates and frees, small and large. */
#include "check.h"

#define N 20000
static void *blocks[N];

int main(void)
{
	struct mallinfo2 a = mallinfo2(), b, c, d;
	void *large;
	size_t i;

	for (i = 0; i < N; i++) {
		blocks[i] = malloc(500);
		CHECK(blocks[i]);
		memset(blocks[i], 1, 500);
	}
	b = mallinfo2();
	CHECK(b.uordblks >= a.uordblks + (size_t)N * 500, "from %zu to %zu", a.uordblks, b.uordblks);
	CHECK(b.uordblks <= a.uordblks + (size_t)N * 570, "from %zu to %zu", a.uordblks, b.uordblks);
	CHECK(b.arena + b.hblkhd >= b.uordblks, "arena %zu, live %zu", b.arena, b.uordblks);
	large = hide(malloc(MIB(40)));
	CHECK(large);
	c = mallinfo2();
	CHECK(c.hblks == b.hblks + 1, "from %zu to %zu", b.hblks, c.hblks);
	CHECK(c.hblkhd >= b.hblkhd + MIB(40) && c.hblkhd <= b.hblkhd + MIB(46));
	free(large);
	for (i = 0; i < N; i++)
		free(blocks[i]);
	d = mallinfo2();
	CHECK(d.hblks == b.hblks, "from %zu to %zu", c.hblks, d.hblks);
	CHECK(d.uordblks <= a.uordblks + 65536, "from %zu to %zu", a.uordblks, d.uordblks);
	return 0;
}
