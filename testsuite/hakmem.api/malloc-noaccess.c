/* SPDX-License-Identifier: MIT */
/* hak-plain: expects that free blocks are not touched, and reused as they are */
/* hak-link: preload */
/* hak-conf: purge_delay:-1 */
/* malloc() of a cached-size block does not touch it either: from the cache and from the slabs. */
#include "check.h"
#include <sys/mman.h>

#define N 3000

static unsigned char *blocks[N], *again[N];

static void protect(size_t size, int access)
{
	size_t os_page = (size_t)sysconf(_SC_PAGESIZE), i;

	for (i = 0; i < N; i++) {
		uintptr_t from = (uintptr_t)blocks[i] & ~(os_page - 1);
		uintptr_t to = ((uintptr_t)blocks[i] + size + os_page - 1) & ~(os_page - 1);

		CHECK(mprotect((void *)from, to - from, access) == 0);
	}
}

int main(void)
{
	static const size_t sizes[] = { 16, 64, 208, 512, 1024 };
	size_t s, i;

	for (s = 0; s < N_OF(sizes); s++) {
		for (i = 0; i < N; i++) {
			blocks[i] = malloc(sizes[s]);
			CHECK(blocks[i]);
			memset(blocks[i], 1, sizes[s]);
		}
		protect(sizes[s], PROT_NONE);
		for (i = 0; i < N; i++)
			free(blocks[i]);
		for (i = 0; i < N; i++)
			again[i] = malloc(sizes[s]);
		protect(sizes[s], PROT_READ | PROT_WRITE);
		for (i = 0; i < N; i++) {
			CHECK(again[i]);
			memset(again[i], 2, sizes[s]);
		}
		for (i = 0; i < N; i++)
			free(again[i]);
	}
	return 0;
}
