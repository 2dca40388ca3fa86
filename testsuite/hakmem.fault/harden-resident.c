/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:hardened */
/* hak-skip-unless: test -z "$HAK_EMULATOR" # which has memory of its own */
/* What a hardened process says is resident is: its blocks are all over the address space, but tables that were only read take
 * nothing. */
#include "check.h"
#include <hakmem.h>

#define N 5000

int main(void)
{
	static void *block[N];
	struct hakmem_stats s;
	size_t i, n_resident;

	for (i = 0; i < N; i++)
		CHECK(block[i] = hide(malloc(70000)));
	for (i = 0; i < N; i++)
		free(block[i]);
	n_resident = rss();
	CHECK(hakmem_stats_get(&s, sizeof(s)) == sizeof(s));
	CHECK(s.resident <= n_resident + MIB(1), "%llu of %zu resident", (unsigned long long)s.resident, n_resident);
	return 0;
}
