/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: on_error:report */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): pointer inside a block \(class [0-9]+, thread [0-9]+\)$ */
/* A pointer inside a live block, freed and told of, is not what calloc() gives and clears: the block and its
 * neighbours keep their contents. */
#include "check.h"

static unsigned char *blocks[3000];

static void try_size(size_t size, size_t off)
{
	unsigned char *given[200];
	size_t i;

	for (i = 0; i < N_OF(blocks); i++) {
		CHECK(blocks[i] = malloc(size));
		fill(blocks[i], size, i);
	}
	for (i = 0; i < 100; i++)
		free(hide(blocks[i * 30] + off));
	for (i = 0; i < N_OF(given); i++) {
		CHECK(given[i] = calloc(1, size));
		CHECK(zeroed(given[i], size) == size);
		CHECK((uintptr_t)given[i] % 16 == 0, "calloc(1, %zu) gives %p", size, (void *)given[i]);
	}
	for (i = 0; i < N_OF(blocks); i++)
		CHECK(filled(blocks[i], size, i) == size, "block %zu of %zu bytes was written to at %zu, off %zu", i, size,
		      filled(blocks[i], size, i), off);
	for (i = 0; i < N_OF(given); i++)
		free(given[i]);
	for (i = 0; i < N_OF(blocks); i++)
		free(blocks[i]);
}

int main(void)
{
	static const size_t sizes[] = { 32, 64, 100, 200, 500, 1000, 1024, 3000, 8000 };
	size_t i;

	for (i = 0; i < N_OF(sizes); i++) {
		try_size(sizes[i], 16);
		try_size(sizes[i], sizes[i] / 2);
		try_size(sizes[i], 1);
	}
	return 0;
}
