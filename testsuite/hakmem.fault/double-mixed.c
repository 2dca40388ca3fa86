/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* The second free through realloc(p, 0), reallocarray, and after a realloc that moved the block. */
#include "fault.h"

static void through_realloc(size_t size)
{
	void *p = block_of(size);

	free(p);
	p = hide(realloc(hide(p), hide_n(0)));
}

static void after_realloc(size_t size)
{
	void *p = block_of(size), *barrier = block_of(size), *q = hide(realloc(p, size * 5 + 100000));

	CHECK(q && barrier);
	if (q == p) { /* it grew in place: end as asked, by the block itself */
		free(q);
		free(hide(q));
		return;
	}
	free(hide(p));
}

static void after_realloc_zero(size_t size)
{
	void *p = block_of(size);

	CHECK(!hide(realloc(p, hide_n(0))));
	free(hide(p));
}

FAULTS(DOUBLE_SIZES("through realloc(p, 0)", through_realloc),
       DOUBLE_SIZES("after realloc moved it", after_realloc),
       DOUBLE_SIZES("after realloc(p, 0)", after_realloc_zero))
