/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* mallinfo() counts no block in smblks, glibc's fast bins, of a program that has freed a few small ones: it is not in
 * them that they wait (LTP's mallopt01 asks for that). */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include "check.h"

int main(void)
{
	void *small[7], *p;
	size_t i, size;

	CHECK(mallinfo().smblks == 0 && mallinfo2().smblks == 0);
	for (size = 16; size <= 1000; size *= 2) {
		for (i = 0; i < N_OF(small); i++)
			CHECK(small[i] = malloc(size));
		for (i = 0; i < N_OF(small); i++)
			free(small[i]);
	}
	p = hide(malloc(20480));
	CHECK(p);
	CHECK(mallinfo().uordblks >= 20480);
	CHECK(mallinfo().smblks == 0, "%d", mallinfo().smblks);
	CHECK(mallinfo2().smblks == 0 && mallinfo2().fsmblks == 0);
	free(p);
	CHECK(mallinfo().smblks == 0, "%d", mallinfo().smblks);
	return 0;
}
