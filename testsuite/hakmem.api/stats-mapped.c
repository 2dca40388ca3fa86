/* SPDX-License-Identifier: MIT */
/* hak-plain: counts addresses or mappings */
/* hak-link: shared */
/* hak-skip-unless: test -z "$HAK_EMULATOR" # which has memory of its own */
/* The addresses the statistics own up to are all there are: VmSize grows by mapped + metadata. */
#include "check.h"
#include <hakmem.h>

static struct hakmem_stats get(void)
{
	struct hakmem_stats s;

	CHECK(hakmem_stats_get(&s, sizeof(s)) == sizeof(s));
	return s;
}

int main(void)
{
	struct hakmem_stats a = get(), b;
	size_t vm_a = vm_size(), vm_b, i, grown, said;

	for (i = 0; i < 100000; i++)
		CHECK(hide(malloc(i % 500 ? 700 : 300000)));
	for (i = 0; i < 20; i++)
		CHECK(hide(malloc(MIB(3))));
	b = get();
	vm_b = vm_size();
	grown = vm_b - vm_a;
	said = (b.mapped + b.metadata) - (a.mapped + a.metadata);
	CHECK(grown <= said + MIB(2) && said <= grown + MIB(2), "VmSize +%zu, statistics +%zu", grown, said);
	return 0;
}
