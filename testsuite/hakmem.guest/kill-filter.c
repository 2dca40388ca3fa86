/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/* hak-skip-unless: echo | $CC -dM -E - | grep -q __LP64__ # other machines have other calls */
/* Behind a filter that kills for each call but mmap, munmap, mremap, madvise and futex, all tiers work: in a process
 * that has a heap, and in one in which the first block is made there. */
#include "sandbox.h"

int main(void)
{
	static const int calls[] = { CALLS_ALLOWED };

	check_filtered("at first", use_all_tiers, calls, N_OF(calls));
	grow_heap(16);
	check_filtered("with a heap", use_all_tiers, calls, N_OF(calls));
	return 0;
}
