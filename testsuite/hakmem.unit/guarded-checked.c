/* SPDX-License-Identifier: MIT */
/* A signal handler that frees a large block waits for no lock. If another thread just looks at the block's end, its addresses
 * stay; otherwise they go. */
#include "unit.h"
#include "large/guarded.c"
#include <sys/mman.h>

static bool is_mapped(char *p)
{
	unsigned char resident;

	return mincore((void *)((uintptr_t)p / hak_os_page_size() * hak_os_page_size()), 1, &resident) == 0;
}

static char *take_and_claim(struct hak_span **span)
{
	char *p = hak_guarded_take(100000, HAK_ALIGNMENT);

	CHECK(p);
	*span = hak_registry_find(p);
	CHECK(*span && hak_guarded_claim(*span, p));
	return p;
}

int main(void)
{
	struct hak_span *span;
	char *p;

	hak_harden = HAK_HARDEN_PAD | HAK_HARDEN_GUARD;
	p = take_and_claim(&span);
	checked = span;
	hak_guarded_give_alone(span);
	CHECK(is_mapped(p) && *(volatile char *)(p + 100000) == 0);
	checked = NULL;
	p = take_and_claim(&span);
	hak_guarded_give_alone(span);
	CHECK(!is_mapped(p));
	CHECK(hak_large_n_live == 0);
	return 0;
}
