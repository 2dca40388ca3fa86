/* SPDX-License-Identifier: MIT */
/*
 * Owns: unpredictable numbers: ChaCha8, with a key from what the kernel gives a program at start (AT_RANDOM) and from the
 *       clock. No system call, no file. A forked child draws other numbers than its parent and its siblings.
 * Threads: any, except that a struct hak_random is guarded by the lock of its owner.
 * Locks: none.
 */
#ifndef HAK_OS_RANDOM_H
#define HAK_OS_RANDOM_H

#include "base/attr.h"

#define HAK_RANDOM_WORDS 16

/* Numbers drawn in advance; all zero: none yet. */
struct hak_random {
	union {
		uint32_t words[HAK_RANDOM_WORDS];
		uint16_t halves[2 * HAK_RANDOM_WORDS];
	};
	uint32_t generation; /* the fork generation that they were drawn in */
	uint32_t n_left;     /* halves of words */
};

/* Takes 16 bytes that nobody can predict, if not NULL, into the key. Once, before all others. */
void hak_random_seed(const unsigned char *bytes);

/* Makes the first key, the first one of a forked child, or a new one after many draws. To be called before drawing, while no
 * lock is held: it reads the clock. */
void hak_random_tend(void);

void hak_random_draw(uint32_t out[HAK_RANDOM_WORDS]);

/* A number below n, which is at most 2^16. */
unsigned hak_random_below(struct hak_random *r, unsigned n);

#endif
