/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* Started in a sandbox that knows none of the calls an allocator can do without: ENOSYS for each. */
#include "limit.h"
#include "filter.h"

static void *in_thread(void *unused)
{
	size_t i;

	(void)unused;
	for (i = 0; i < 3000; i++)
		free(hide(malloc(i * 11)));
	return NULL;
}

int main(int argc, char **argv)
{
	static const int calls[] = {
		SYS_getrandom, SYS_membarrier, SYS_rseq, SYS_madvise, SYS_getcpu, SYS_sysinfo, SYS_mbind,
		SYS_get_mempolicy, SYS_sched_getaffinity, SYS_mincore, SYS_memfd_create, SYS_process_madvise,
	};
	pthread_t thread;
	size_t i;

	(void)argc;
	if (!getenv("UNDER_LIMIT")) {
		filter_calls(calls, N_OF(calls), ENOSYS);
		CHECK(setenv("UNDER_LIMIT", "1", 1) == 0);
		exec_self(argv, environ);
		CHECK(0, "execv");
	}
	for (i = 0; i < 3; i++) {
		while (n_held < 5000) {
			size_t n = n_held * 53 % 4000 + (n_held % 500 ? 1 : 500000);

			held[n_held].p = calloc(1, n);
			CHECK(held[n_held].p);
			CHECK(zeroed(held[n_held].p, n) == n);
			held[n_held].n = n;
			fill(held[n_held].p, n, n_held);
			n_held++;
		}
		verify_held();
		realloc_held(300000);
		free_held();
		malloc_trim(0);
		CHECK(pthread_create(&thread, NULL, in_thread, NULL) == 0);
		pthread_join(thread, NULL);
	}
	return 0;
}
