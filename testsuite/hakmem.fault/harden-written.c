/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-opt: -O2 */
/* hak-timeout: 240 */
/* profile:hardened: a write to a freed block, to its first, a middle or its last byte, is told when the block would be handed
 * out again, or when its memory goes back; whoever wrote. */
#define CONF "profile:hardened,"
#define MAY_BE_LATE 1
#define MAX_LINES 1
#include "fault.h"

static unsigned char *freed(size_t size)
{
	unsigned char *p = block_of(size), *again = hide(p);

	free(p);
	return again;
}

static void first(size_t size)
{
	freed(size)[0] = 1;
}

static void middle(size_t size)
{
	freed(size)[size / 2] = 'A';
}

static void last(size_t size)
{
	freed(size)[size - 1] = 0xff;
}

static void write_first(void *p)
{
	*(unsigned char *)p = 1;
}

static void by_thread(size_t size)
{
	in_thread(write_first, freed(size));
}

/* So much freed at once that slabs go. */
static void when_purged(size_t size)
{
	static unsigned char *p[200000];
	size_t n = MIB(24) / (size + 64) < N_OF(p) ? MIB(24) / (size + 64) : N_OF(p), i;

	for (i = 0; i < n; i++)
		CHECK(p[i] = malloc(size));
	for (i = 0; i < n; i++)
		free(p[i]);
	*(unsigned char *)hide(p[n / 2]) = 1;
	for (i = 0; i < 3; i++)
		malloc_trim(0);
}

/* Written to when its slab is given back and purged already. Told once the memory is a block again, which reads as zero even
 * if it comes from calloc(). */
static void after_trim(size_t size)
{
	static unsigned char *p[200000];
	size_t n = MIB(24) / (size + 64) < N_OF(p) ? MIB(24) / (size + 64) : N_OF(p), i;

	for (i = 0; i < n; i++)
		CHECK(p[i] = malloc(size));
	for (i = 0; i < n; i++) /* what stays keeps the mappings */
		if ((uintptr_t)p[i] >> 20 & 1)
			free(p[i]);
	for (i = 0; i < 3; i++)
		malloc_trim(0);
	for (i = n / 2; !((uintptr_t)p[i] >> 20 & 1); i++)
		;
	((unsigned char *)hide(p[i]))[size / 2] = 1;
	for (i = 0; i < 2 * n; i++) {
		unsigned char *q = hide(calloc(1, size));

		CHECK(q && zeroed(q, size) == size);
	}
}

#define WRITTEN "write after free"
#define SIZES(name, commit) \
	{ name " of 16", commit, 16, WRITTEN }, { name " of 100", commit, 100, WRITTEN }, \
		{ name " of 1000", commit, 1000, WRITTEN }, { name " of 5000", commit, 5000, WRITTEN }, \
		{ name " of 40,000", commit, 40000, WRITTEN }, { name " of 65,000", commit, 65000, WRITTEN }

FAULTS(SIZES("first byte", first), SIZES("middle", middle), SIZES("last byte", last), SIZES("by another thread", by_thread),
       SIZES("when purged", when_purged), SIZES("after a trim", after_trim))
