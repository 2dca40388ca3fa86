/* SPDX-License-Identifier: MIT */
/* hak-plain: expects that free blocks are not touched, and reused as they are */
/* hak-link: preload */
/* hak-conf: purge_delay:-1 */
/* free() of a cached-size block does not touch it: its pages are inaccessible while it is freed. */
#include "check.h"
#include <sys/mman.h>

#define N 2000

static unsigned char *blocks[N];

/* The OS pages that blocks touch, made accessible or not. Each holds blocks of this class only. */
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
		protect(sizes[s], PROT_READ | PROT_WRITE);
	}
	return 0;
}
