/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: counts memory, of which records take most */
/* hak-link: shared */
/* hak-conf: limit_hard:128M */
/* limit_hard holds for calloc and for aligned blocks of every kind. */
#include "hard.h"

static void *zeroed_block(size_t size)
{
	unsigned char *p = calloc(size / 4, 4);

	CHECK(!p || zeroed(p, size) == size);
	return p;
}

static size_t alignment;

static void *aligned_block(size_t size)
{
	void *p = memalign(alignment, size);

	CHECK((uintptr_t)p % alignment == 0);
	return p;
}

static void *posix_block(size_t size)
{
	void *p = NULL;

	errno = posix_memalign(&p, 64, size);
	CHECK(!p == (errno == ENOMEM));
	return p;
}

int main(void)
{
	static const size_t alignments[] = { 256, 4096, 65536, MIB(1) };
	size_t i;

	check_rounds(zeroed_block, 400, MIB(128));
	check_rounds(zeroed_block, 200000, MIB(128));
	check_rounds(zeroed_block, MIB(6), MIB(128));
	check_rounds(posix_block, 5000, MIB(128));
	check_rounds(valloc, 8192, MIB(128));
	for (i = 0; i < N_OF(alignments); i++) {
		alignment = alignments[i];
		check_rounds(aligned_block, alignment < MIB(1) ? alignment : MIB(1), MIB(128));
	}
	return 0;
}
