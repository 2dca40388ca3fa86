/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-opt: -O2 */
/* hak-timeout: 240 */
/* profile:hardened: a write right behind a block's size, of one byte or more, is told when the block is freed, resized or freed
 * by its size, whatever the size. */
#define CONF "profile:hardened,"
#include "fault.h"

void free_sized(void *ptr, size_t size);

static unsigned char *overflown(size_t size, size_t off, int byte)
{
	unsigned char *p = block_of(size);

	p[size + off] = (unsigned char)byte;
	return p;
}

static void by_zero(size_t size)
{
	free(overflown(size, 0, 0));
}

static void by_letter(size_t size)
{
	free(overflown(size, 0, 'A'));
}

static void by_word(size_t size)
{
	unsigned char *p = block_of(size);

	memset(p, 7, size + 1);
	free(p);
}

static void before_realloc(size_t size)
{
	CHECK(realloc(overflown(size, 0, 0), size + 1));
}

static void before_sized(size_t size)
{
	free_sized(overflown(size, 0, 0), size);
}

static void of_calloc(size_t size)
{
	unsigned char *p = hide(calloc(1, size));

	CHECK(p);
	p[size] = 1;
	free(p);
}

static void of_aligned(size_t size)
{
	unsigned char *p = hide(aligned_alloc(512, size));

	CHECK(p);
	p[size] = 1;
	free(p);
}

/* Resized in place, up and down: the end is where the last size has it. */
static void of_resized(size_t size)
{
	unsigned char *p = hide(realloc(block_of(size), size - 3));

	CHECK(p);
	p[size - 3] = 0;
	free(p);
}

static void of_grown(size_t size)
{
	unsigned char *p = hide(realloc(block_of(size - size / 4), size));

	CHECK(p);
	memset(p, 1, size);
	p[size] = 0;
	free(p);
}

/* In front of a block of OS pages of its own. */
static void before(size_t size)
{
	unsigned char *p = block_of(size);

	p[-1] = 0;
	free(p);
}

/* In front of one that shares a slab: of some in a row, so that there is one before it. */
static void before_shared(size_t size)
{
	unsigned char *p[4000], *at = NULL;
	size_t i, k, step = SIZE_MAX; /* at last, the class's size */

	for (i = 0; i < N_OF(p); i++)
		p[i] = block_of(size);
	for (i = 0; i < N_OF(p); i++)
		for (k = 0; k < N_OF(p); k++)
			if (p[i] > p[k] && (size_t)(p[i] - p[k]) < step) {
				step = (size_t)(p[i] - p[k]);
				at = p[i];
			}
	CHECK(at);
	at[-1] = 0;
	free(at);
	for (i = 0; i < N_OF(p); i++)
		if (p[i] != at && p[i] != at - step)
			free(p[i]);
}

#define UNDERFLOW "underflow"
#define OVERFLOW "overflow"
/* The last byte of some of these is an OS page's: there the write itself ends in a signal, unless there are other bytes. */
#define ODD_SIZES(name, commit) \
	{ name " of 1", commit, 1, OVERFLOW }, { name " of 15", commit, 15, OVERFLOW }, \
		{ name " of 16", commit, 16, OVERFLOW }, { name " of 24", commit, 24, OVERFLOW }, \
		{ name " of 128", commit, 128, OVERFLOW }, { name " of 1000", commit, 1000, OVERFLOW }, \
		{ name " of 4096", commit, 4096, OVERFLOW }, { name " of 40,000", commit, 40000, OVERFLOW }, \
		{ name " of 100,000", commit, 100000, OVERFLOW }, { name " of 1 MiB", commit, MIB(1), OVERFLOW }, \
		{ name " of 9,999,999", commit, 9999999, OVERFLOW }

FAULTS(ODD_SIZES("zero behind", by_zero), ODD_SIZES("letter behind", by_letter), ODD_SIZES("all and one more", by_word),
       ODD_SIZES("before realloc", before_realloc), ODD_SIZES("before free_sized", before_sized),
       ODD_SIZES("calloc", of_calloc), { "aligned 512", of_aligned, 512, OVERFLOW },
       { "aligned 5120", of_aligned, 5120, OVERFLOW }, { "aligned 512,000", of_aligned, 512000, OVERFLOW },
       { "resized 100", of_resized, 100, OVERFLOW }, { "resized 3000", of_resized, 3000, OVERFLOW },
       { "resized 300 KiB", of_resized, KIB(300), OVERFLOW }, { "grown 100", of_grown, 100, OVERFLOW },
       { "grown 3000", of_grown, 3000, OVERFLOW }, { "grown 100,000", of_grown, 100000, OVERFLOW },
       { "grown 9,999,999", of_grown, 9999999, OVERFLOW }, { "before 100,000", before, 100000, OVERFLOW },
       { "before 24", before_shared, 24, UNDERFLOW }, { "before 1000", before_shared, 1000, UNDERFLOW })
