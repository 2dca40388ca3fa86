/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:hardened,on_error:report */
/* hak-opt: -O2 */
/* hak-stderr: ^hakmem: check: 0x[0-9a-f]+: overflow$ */
/* hak-stderr: ^hakmem: check: 0x[0-9a-f]+: write after free$ */
/* hakmem_check() tells of blocks that were written past, and of freed ones that were written to; and of nothing else. */
#include "scenery.h"
#include <hakmem.h>

int main(void)
{
	unsigned char *p, *q, *large, *old;

	warm();
	CHECK(hakmem_check() == 0);
	p = block_of(300);
	q = block_of(700);
	CHECK(hakmem_check() == 0);
	p[300] = 0;
	CHECK(hakmem_check() == 1, "overflow");
	large = block_of(100000);
	CHECK(hakmem_check() == 1);
	large[100000] ^= 0x55;
	CHECK(hakmem_check() == 2, "overflow of a large block");
	CHECK(large = realloc(large, 200000)); /* tells it, too */
	CHECK(hakmem_check() == 1);
	free(large);
	old = hide(q);
	free(q);
	old[1] = 1;
	CHECK(hakmem_check() == 2, "write after free");
	return 0;
}
