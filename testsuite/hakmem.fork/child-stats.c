/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-timeout: 60 */
/* In a child of a process with threads, the statistics' equations hold and the audit finds no fault. */
#include "child.h"
#include <hakmem.h>

int main(void)
{
	struct hakmem_stats s;
	pthread_t threads[3];
	size_t i;

	start_churn(threads, N_OF(threads));
	for (i = 0; i < 100; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			alarm(CHILD_SECONDS);
			use_heap(i);
			CHECK(hakmem_stats_get(&s, sizeof(s)));
			CHECK(s.mapped < UINT64_C(16) << 30 && s.allocated < GIB(1));
			CHECK(s.active + s.dirty + s.clean == s.mapped);
			CHECK(hakmem_check() == 0);
			use_threads(2);
			CHECK(hakmem_check() == 0);
			_exit(0);
		}
		wait_child(pid);
	}
	stop_churn(threads, N_OF(threads));
	return 0;
}
