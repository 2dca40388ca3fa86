/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* mallinfo()'s ordblks is one more when a block is free that was not, and does not change while new ones are taken
 * (LTP's mallinfo01 and glibc's tst-mallinfo2 ask for that). */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include "check.h"

#define N 20

int main(void)
{
	static void *blocks[N + 1];
	struct mallinfo first = mallinfo(), info;
	int i, sum = 0;

	for (i = 1; i <= N; i++) {
		CHECK(blocks[i] = malloc((size_t)(160 * i)));
		sum += 160 * i;
	}
	info = mallinfo();
	CHECK(info.uordblks >= first.uordblks + sum, "from %d to %d", first.uordblks, info.uordblks);
	CHECK(info.ordblks == first.ordblks, "from %d to %d", first.ordblks, info.ordblks);
	free(blocks[N / 2]);
	info = mallinfo();
	CHECK(info.ordblks == first.ordblks + 1, "from %d to %d", first.ordblks, info.ordblks);
	CHECK(mallinfo2().ordblks == (size_t)info.ordblks);
	return 0;
}
