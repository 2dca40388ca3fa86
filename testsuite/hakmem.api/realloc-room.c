/* SPDX-License-Identifier: MIT */
/* hak-plain: expects that realloc leaves blocks where they are */
/* A block that moved because it grew has room to grow again, and keeps it although it grows by little at first. */
#include "check.h"

int main(void)
{
	char *p = malloc(300000), *q;
	int i;

	CHECK(p && malloc(300000));
	p = realloc(p, 430000);
	p = realloc(p, 431000);
	CHECK(p);
	/* Whatever is free behind it is taken now. */
	for (i = 0; i < 1000; i++)
		CHECK(hide(malloc(65000)));
	q = realloc(p, 470000);
	CHECK(q == p);
	/* Half of it gives back the rest. */
	q = realloc(q, 230000);
	CHECK(q == p);
	for (i = 0; i < 1000; i++)
		CHECK(hide(malloc(65000)));
	q = realloc(q, 470000);
	CHECK(q != p);
	free(q);
	return 0;
}
