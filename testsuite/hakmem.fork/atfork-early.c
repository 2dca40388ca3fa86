/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/* atfork handlers registered before any constructor, so inside all others, allocate as well. */
#include "child.h"

static void allocate(void)
{
	use_heap(9);
}

static void register_early(int argc, char **argv, char **environment)
{
	(void)argc;
	(void)argv;
	(void)environment;
	CHECK(pthread_atfork(allocate, allocate, allocate) == 0);
}

__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **,
									      char **) = register_early;

int main(void)
{
	pthread_t threads[3];
	size_t i;

	start_churn(threads, N_OF(threads));
	for (i = 0; i < 300; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			alarm(CHILD_SECONDS);
			use_heap(i);
			_exit(0);
		}
		wait_child(pid);
	}
	stop_churn(threads, N_OF(threads));
	return 0;
}
