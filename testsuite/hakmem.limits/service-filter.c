/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: purge_thread:off */
/* Under a filter that kills, as services and the helpers of servers have them: they allow madvise() and mremap(), which
 * glibc's malloc calls, too; prctl(), getrusage() or mincore() not all of them. */
#include "limit.h"
#include "filter.h"

int main(void)
{
	static const int calls[] = { SYS_mincore, SYS_prctl, SYS_getrusage, SYS_get_mempolicy, SYS_move_pages,
		SYS_process_madvise, SYS_sysinfo, SYS_openat };
	size_t i, n;

	filter_to(calls, N_OF(calls), SECCOMP_RET_KILL_PROCESS);
	for (i = 0; i < 200; i++) {
		unsigned char *p = malloc(n = KIB(40) << i % 10), *q;

		CHECK(p);
		memset(p, 0xa5, i % 3 ? n : n / 8);
		free(hide(p));
		q = calloc(n, 1);
		CHECK(q && zeroed(q, n) == n);
		q = realloc(q, n + n / 3);
		CHECK(q && zeroed(q, n) == n);
		free(q);
		if (i % 20 == 0)
			malloc_trim(0);
	}
	return 0;
}
