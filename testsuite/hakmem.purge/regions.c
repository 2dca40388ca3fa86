/* SPDX-License-Identifier: MIT */
/* hak-plain: counts addresses or mappings */
/* hak-link: preload */
/* hak-timeout: 60 */
/* A program that grows and shrinks again and again needs no more addresses than the first times: what described the
 * regions that went away describes those that come. */
#include "check.h"
#include <malloc.h>

#define N 2000
#define N_CYCLES 400

static void *blocks[N];

int main(void)
{
	size_t first = 0, last, i, k;

	for (k = 0; k < N_CYCLES; k++) {
		for (i = 0; i < N; i++) {
			CHECK((blocks[i] = malloc(60000)));
			*(char *)blocks[i] = 1;
		}
		for (i = 0; i < N; i++)
			free(blocks[i]);
		malloc_trim(0);
		if (k == 10)
			first = vm_size();
	}
	last = vm_size();
	CHECK(last <= first + KIB(256), "%zu KiB more after %d times", (last - first) >> 10, N_CYCLES);
	return 0;
}
