/* SPDX-License-Identifier: MIT */
/* Blocks that were there before the process became a hardened one leave no trace in memory that hardened blocks get: no write to
 * a free block is reported where there was none. */
#include "unit.h"
#include "free/harden.h"
#include "hakmem.h"

#define N 3000

static const size_t sizes[] = { 16, 100, 1000, 5000, 40000, 70000, 300001 };

static unsigned char *take(size_t size)
{
	unsigned char *p = hakmem_malloc(size);

	CHECK(p);
	memset(p, 0xa5, size);
	return p;
}

static size_t n_of(size_t size)
{
	return size < 5000 ? N : MIB(8) / size;
}

static void take_all(unsigned char *block[][N], bool is_backwards)
{
	for (size_t j = 0, k; j < N_OF(sizes); j++) {
		k = is_backwards ? N_OF(sizes) - 1 - j : j;
		for (size_t i = 0; i < n_of(sizes[k]); i++)
			block[k][i] = take(sizes[k]);
	}
}

static void free_all(unsigned char *block[][N])
{
	for (size_t k = 0; k < N_OF(sizes); k++)
		for (size_t i = 0; i < n_of(sizes[k]); i++)
			hakmem_free(block[k][i]);
}

int main(void)
{
	static unsigned char *block[N_OF(sizes)][N];

	hak_options.purge_delay = -1;
	hak_options_state = HAK_OPTIONS_READING;
	take_all(block, false);
	free_all(block);
	take_all(block, true); /* on memory that has something in it, where no block covers it, too */
	CHECK(!hak_is_hardened());
	hak_options.zero_free = hak_options.pad = hak_options.quarantine = 1;
	hak_options_state = HAK_OPTIONS_READ;
	CHECK(hak_harden_begin() && hak_is_hardened());
	free_all(block);
	take_all(block, false);
	free_all(block);
	CHECK(hakmem_check() == 0);
	return 0;
}
