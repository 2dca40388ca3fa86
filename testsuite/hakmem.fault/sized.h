/* SPDX-License-Identifier: MIT */
/* Sizes that a block cannot have been asked for with. Include it behind at-once.h. */
#ifndef SIZED_H
#define SIZED_H

#define WRONG_SIZE "wrong size"
#define WRONG_ALIGNMENT "(wrong size|wrong alignment|misaligned pointer)"

/* The largest size of the next smaller class, for a block of malloc()'s above the smallest; above 256 KiB, where each block has
 * whole OS pages of its own, of one page less. */
UNUSED static size_t size_below(void *p)
{
	size_t n = malloc_usable_size(p), below, room;
	void *other;

	if (n > KIB(256))
		return n - (size_t)sysconf(_SC_PAGESIZE);
	for (below = n - 16, room = n; room >= n; below -= 16) {
		other = hide(malloc(below));
		room = malloc_usable_size(other);
		free(other);
	}
	return room;
}

#endif
