/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* calloc() clears all that malloc_usable_size() tells of, not only what was asked for: at every size to 70,000 and some
 * above, where dirtied blocks lay and where none did. */
#include "check.h"

static unsigned char *blocks[40];

static void try_size(size_t size)
{
	size_t n = size < 3000 ? N_OF(blocks) : 4, i, room, right;
	unsigned round;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < n; i++) {
			CHECK(blocks[i] = calloc(i % 2 ? 1 : size, i % 2 ? size : 1));
			room = malloc_usable_size(blocks[i]);
			CHECK(room >= size);
			right = zeroed(blocks[i], room);
			CHECK(right == room, "byte %zu of %zu, of which %zu were asked for", right, room, size);
			memset(blocks[i], 0xa5, room);
		}
		for (i = 0; i < n; i++)
			free(blocks[i]);
	}
}

int main(void)
{
	static const size_t large[] = { 65537, 100000, 262145, 300001, 1048577, 3000000, 4194305, 5000001, 8388609 };
	size_t size, i;

	for (size = 1; size <= 70000; size += size < 5000 ? 1 : 37)
		try_size(size);
	for (i = 0; i < N_OF(large); i++)
		try_size(large[i]);
	return 0;
}
