/* SPDX-License-Identifier: MIT */
/* Sizes that a block cannot have been asked for with. Include it behind at-once.h. */
#ifndef SIZED_H
#define SIZED_H

#define WRONG_SIZE "wrong size"
#define WRONG_ALIGNMENT "(wrong size|wrong alignment|misaligned pointer)"

/* The largest size of the next smaller class, for a block of malloc()'s above the smallest. Where each block has whole
 * OS pages of its own, a size that no block of realloc()'s has so much room for. */
UNUSED static size_t size_below(void *p)
{
	size_t n = malloc_usable_size(p), below, room;
	void *other;

	if (n > 65536)
		return n / 4 * 3;
	/* Where guard_sample has chosen the block, its size is no class's. */
	for (below = n - 16, room = n; room >= n || room % 16 != 0; below -= 16) {
		other = hide(malloc(below - 1));
		room = malloc_usable_size(other);
		free(other);
	}
	return room;
}

#endif
