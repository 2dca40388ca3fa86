/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* The family works in atexit handlers and destructors, up to the last one. */
/* hak-stdout: ^destructor done$ */
#include "check.h"

static void *kept[N_OF(tier_sizes)];

static void use(void)
{
	size_t i;

	for (i = 0; i < N_OF(tier_sizes); i++) {
		free(kept[i]);
		kept[i] = calloc(1, tier_sizes[i]);
		CHECK(kept[i]);
		CHECK(zeroed(kept[i], tier_sizes[i]) == tier_sizes[i]);
		fill_thin(kept[i], tier_sizes[i], 3);
		kept[i] = realloc(kept[i], tier_sizes[i] / 2 + 1);
		CHECK(kept[i]);
	}
}

static void handler(void)
{
	static int n;

	use();
	if (n++ < 12)
		atexit(handler);
}

__attribute__((destructor(101))) static void last(void)
{
	use();
	CHECK(write(1, "destructor done\n", 16) == 16);
}

int main(void)
{
	unsigned i;

	for (i = 0; i < 12; i++)
		CHECK(atexit(handler) == 0);
	use();
	return 0;
}
