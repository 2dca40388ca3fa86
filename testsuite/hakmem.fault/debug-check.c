/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:debug */
/* hak-opt: -O2 */
/* hak-exit: signal ABRT */
/* hak-stderr: ^hakmem: check: 0x[0-9a-f]+: overflow$ */
/* hak-stderr: ^hakmem: 0x[0-9a-f]+: allocated at program\+0x.*$ */
/* hak-stderr: ^hakmem: the heap is damaged$ */
/* With profile:debug, realloc() always moves; and what was overwritten is found after some allocations, without a free of it
 * or a call of hakmem_check(). */
#include "scenery.h"
#include <hakmem.h>

int main(void)
{
	unsigned char *p, *q;

	warm();
	for (size_t size = 1; size < 100000; size = size * 3 / 2 + 1) {
		q = hide(malloc(size));
		p = realloc(q, size);
		CHECK(p != NULL && p != hide(q), "%zu", size);
		free(p);
	}
	for (int i = 0; i < 3000; i++)
		free(hide(malloc(50)));
	CHECK(hakmem_check() == 0);
	p = hide(malloc(300));
	p[300] = 0;
	for (size_t i = 0; i < 1000 + MIB(200) / 4096; i++)
		free(hide(malloc(50)));
	return 0;
}
