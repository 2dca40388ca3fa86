/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* free() keeps errno: cached, flushed, large and unmapped blocks, and NULL. */
#include "check.h"

static void *blocks[3000];

int main(void)
{
	static const int errors[] = { 0, EINVAL, ENOMEM, EXDEV, 1234 };
	size_t i, j, n;

	errno_set(EXDEV);
	free(NULL);
	CHECK(errno_get() == EXDEV);
	for (i = 0; i < N_OF(tier_sizes); i++) {
		n = MIB(200) / tier_sizes[i];
		if (n > N_OF(blocks))
			n = N_OF(blocks);
		for (j = 0; j < n; j++) {
			blocks[j] = malloc(tier_sizes[i]);
			CHECK(blocks[j]);
		}
		for (j = 0; j < n; j++) {
			int error = errors[j % N_OF(errors)];

			errno_set(error);
			free(blocks[j]);
			CHECK(errno_get() == error, "after free of a block of %zu", tier_sizes[i]);
		}
	}
	for (n = MIB(1); n <= MIB(512); n *= 2) {
		void *p = hide(malloc(n));

		CHECK(p);
		errno_set(EXDEV);
		free(p);
		CHECK(errno_get() == EXDEV, "after free of a block of %zu", n);
	}
	return 0;
}
