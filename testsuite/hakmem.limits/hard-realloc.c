/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: counts memory, of which records take most */
/* hak-link: shared */
/* hak-conf: limit_hard:128M */
/* realloc under limit_hard: a growing block is refused at the limit and stays as it was; in place it can have all of
 * it, though it could not be copied. */
#include "hard.h"

static void grow(size_t from, size_t step)
{
	unsigned char *p = malloc(from), *q;
	size_t n = from;

	CHECK(p);
	fill_thin(p, n, 3);
	while (errno_set(0), q = realloc(p, n + step), q) {
		p = q;
		CHECK(filled_thin(p, n, 3) == n, "at %zu", n);
		n += step;
		fill_thin(p, n, 3);
		CHECK(n <= MIB(128));
	}
	CHECK(errno_get() == ENOMEM);
	CHECK(filled_thin(p, n, 3) == n, "the refused block of %zu", n);
	CHECK(stats_now().held <= MIB(129));
	CHECK(n >= (step >= MIB(1) ? MIB(118) : MIB(60)), "refused at %zu", n);
	CHECK((p = realloc(p, n / 2)) && filled_thin(p, n / 2, 3) == n / 2);
	free(p);
}

int main(void)
{
	struct chain *chain = NULL;
	unsigned char *p;

	grow(MIB(5), MIB(1));
	grow(MIB(70), MIB(3));
	grow(100, MIB(2));
	/* Runs that grow within their last slice. */
	CHECK(take_all(&chain, malloc, 70000) > 1500);
	while (chain) {
		struct chain *next = chain->next;

		p = realloc(chain, 130000);
		CHECK(rss() <= MIB(136), "%zu resident", rss());
		free(p ? (void *)p : chain);
		chain = next;
	}
	CHECK(hakmem_check() == 0);
	return 0;
}
