/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* mallinfo() gives mallinfo2()'s figures as ints, INT_MAX for what does not fit. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include "check.h"
#include <limits.h>

static int as_int(size_t n)
{
	return n > INT_MAX ? INT_MAX : (int)n;
}

static void compare(void)
{
	struct mallinfo a = mallinfo();
	struct mallinfo2 b = mallinfo2();

	CHECK(a.uordblks == as_int(b.uordblks), "%d and %zu", a.uordblks, b.uordblks);
	CHECK(a.hblks == as_int(b.hblks));
	CHECK(a.hblkhd == as_int(b.hblkhd), "%d and %zu", a.hblkhd, b.hblkhd);
	CHECK(a.arena == as_int(b.arena));
}

int main(void)
{
	void *p = hide(malloc(1000)), *q;

	CHECK(p);
	compare();
	CHECK(mallinfo().uordblks > 0);
	q = hide(malloc(GIB(5)));
	CHECK(q);
	compare();
	if (SIZE_MAX > UINT32_MAX) /* else it was 1 GiB */
		CHECK(mallinfo().uordblks == INT_MAX || mallinfo().hblkhd == INT_MAX);
	free(q);
	free(p);
	return 0;
}
