/* SPDX-License-Identifier: MIT */
/* hak-plain: expects sizes of classes */
/* hak-link: preload */
/* malloc_usable_size() is at least the size asked for and all of it is the program's: 0 to 70,000. */
#include "check.h"

#define N_AHEAD 32

static unsigned char *blocks[N_AHEAD];

int main(void)
{
	size_t n;

	CHECK(malloc_usable_size(hide(NULL)) == 0);
	/* Each block is written to its end before its predecessors are checked: an overlap shows. */
	for (n = 0; n < 70000 + N_AHEAD; n++) {
		unsigned char **at = &blocks[n % N_AHEAD];

		if (*at) {
			size_t usable = malloc_usable_size(*at);

			CHECK(filled_thin(*at, usable - 1, n - N_AHEAD) == usable - 1, "a block of %zu",
			      n - N_AHEAD);
			CHECK((*at)[usable - 1] == 0x77);
			free(*at);
		}
		*at = malloc(n);
		CHECK(*at);
		CHECK(malloc_usable_size(*at) >= n, "%zu for %zu", malloc_usable_size(*at), n);
		CHECK(malloc_usable_size(*at) > 0);
		(*at)[malloc_usable_size(*at) - 1] = 0x77;
		fill_thin(*at, malloc_usable_size(*at) - 1, n);
		if (n % 509 == 0)
			fill(*at, malloc_usable_size(*at) - 1, n);
	}
	return 0;
}
