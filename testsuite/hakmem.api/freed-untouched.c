/* SPDX-License-Identifier: MIT */
/* hak-plain: expects that free blocks are not touched, and reused as they are */
/* hak-link: preload */
/* No byte of a freed block is written by the library: what the program left there stays. */
/* hak-conf: purge_delay:-1 */
#include "check.h"

#define N 4000

static unsigned char *blocks[N], *live[N];

static void check(size_t size, const char *when)
{
	size_t i, right;

	for (i = 0; i < N; i++) {
		right = filled(hide(blocks[i]), size, i);
		CHECK(right == size, "byte %zu of a freed block of %zu, %s", right, size, when);
	}
}

int main(void)
{
	static const size_t sizes[] = { 16, 32, 48, 64, 100, 128, 256, 320, 512, 1000, 1024 };
	size_t s, i;

	for (s = 0; s < N_OF(sizes); s++) {
		size_t size = sizes[s];

		/* A block from malloc may be handed out again, so the class is left alone after the frees. */
		for (i = 0; i < N; i++) {
			blocks[i] = malloc(size);
			CHECK(blocks[i]);
			fill(blocks[i], size, i);
		}
		for (i = 0; i < N; i++)
			free(blocks[(i * 1237) % N]);
		check(size, "after all were freed");
		/* Other classes at work, refilling and flushing. */
		for (i = 0; i < N; i++)
			live[i] = malloc(size * 4);
		for (i = 0; i < N; i++)
			free(live[i]);
		check(size, "after work in other classes");
	}
	return 0;
}
