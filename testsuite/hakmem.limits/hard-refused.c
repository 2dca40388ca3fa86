/* SPDX-License-Identifier: MIT */
/* hak-plain: expects that realloc leaves blocks where they are */
/* hak-link: shared */
/* hak-conf: limit_hard:64M,limit_soft:1G */
/* Under limit_hard, n_refused counts what the program was refused: not the eighth that realloc would like to have in addition,
 * nor the second place that it need not have. */
#include "hard.h"

/* All but n bytes of what the limit allows, and the library's own. */
static void *take_but(size_t n)
{
	void *p = malloc(MIB(64) - (size_t)stats_now().held - n);

	CHECK(p && stats_now().held <= MIB(64));
	return p;
}

static void *run(size_t size)
{
	void *p = malloc(size);

	CHECK(p);
	memset(p, 1, size);
	return p;
}

/* There is room for the block elsewhere, but not for an eighth more. */
static void moved(void)
{
	void *p = run(KIB(320)), *behind = run(KIB(320)), *rest = take_but(MIB(2) + KIB(128)), *q;

	CHECK(q = realloc(p, MIB(2)));
	CHECK(q != p && stats_now().n_refused == 0, "%zu refused", (size_t)stats_now().n_refused);
	free(q);
	free(behind);
	free(rest);
}

/* There is room in place, once what is free elsewhere was given back, but not for two blocks. */
static void in_place(void)
{
	void *before = run(KIB(1536)), *p = run(MIB(3)), *rest = take_but(KIB(256));

	free(before);
	CHECK(hide(realloc(p, MIB(4))) == p);
	CHECK(stats_now().n_refused == 0, "%zu refused", (size_t)stats_now().n_refused);
	free(p);
	free(rest);
}

int main(void)
{
	void *p = run(KIB(320)), *rest;

	moved();
	malloc_trim(0);
	in_place();
	malloc_trim(0);
	rest = take_but(MIB(1));
	CHECK(!realloc(p, MIB(3)) && errno == ENOMEM && stats_now().n_refused == 1, "%zu refused", (size_t)stats_now().n_refused);
	CHECK(!realloc(rest, MIB(70)) && errno == ENOMEM && stats_now().n_refused == 2);
	CHECK(!malloc(MIB(3)) && errno == ENOMEM && stats_now().n_refused == 3);
	free(p);
	free(rest);
	return 0;
}
