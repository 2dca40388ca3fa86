/* SPDX-License-Identifier: MIT */
/* A program whose need goes up and down, each time for blocks of another kind, some of which it keeps. */
#ifndef SPIKY_H
#define SPIKY_H
#include "check.h"

struct spike_block {
	struct spike_block *next;
};

/* Takes and writes to n bytes in blocks of that size, and frees all but every keep-th (0: all). False: refused. */
UNUSED static int spike(size_t n, size_t size, size_t keep)
{
	struct spike_block *chain = NULL, *p;
	size_t sum, i = 0;
	int is_done = 1;

	for (sum = 0; sum < n && is_done; sum += size) {
		p = malloc(size);
		is_done = p != NULL;
		if (p) {
			memset(p, 1, size);
			p->next = chain;
			chain = p;
		}
	}
	while (chain) {
		p = chain;
		chain = p->next;
		if (!keep || i++ % keep != 0)
			free(p);
	}
	return is_done;
}

/* Up to n bytes at a time, in all kinds. */
UNUSED static int be_spiky(size_t n)
{
	unsigned round;
	int is_done = 1;

	for (round = 0; round < 3 && is_done; round++)
		is_done = spike(n, 1000, 1000) && spike(n, MIB(6), 0) && spike(n, 3000, 500) && spike(n, 300000, 0) &&
			spike(n, 200, 10000) && spike(n, MIB(11), 0) && spike(n, 50000, 500);
	return is_done;
}

#endif
