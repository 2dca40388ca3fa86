/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/* A thread forks at each instruction of another one's free of a block with a slab to itself: what calloc returns in the child is
 * zero. */
#include "../hakmem.thread/steps.h"
#include <sched.h>
#include <sys/wait.h>

#define SIZE 100000

static void *volatile given;
static int is_there, is_done, status;

static void *fork_there(void *unused)
{
	pid_t child;

	while (!__atomic_load_n(&is_there, __ATOMIC_SEQ_CST))
		sched_yield();
	child = fork();
	if (child == 0) {
		alarm(20);
		for (size_t i = 0; i < 6; i++) {
			char *p = calloc(1, SIZE);

			if (!p || zeroed(p, SIZE) != SIZE)
				_exit(1);
			memset(p, 0xbb, SIZE);
		}
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	__atomic_store_n(&is_done, 1, __ATOMIC_SEQ_CST);
	return unused;
}

static void handler(void)
{
	__atomic_store_n(&is_there, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&is_done, __ATOMIC_SEQ_CST))
		sched_yield();
}

static void release(void)
{
	free(given);
}

/* In a process of its own, so that each free takes the same way. */
static int check_at(size_t stop)
{
	pid_t child = fork();
	int result;

	if (child == 0) {
		pthread_t thread = start(fork_there, NULL);
		char *first = malloc(SIZE);

		given = malloc(SIZE);
		CHECK(first && given);
		memset(first, 0xaa, SIZE);
		memset(given, 0xaa, SIZE);
		free(first);
		if (!run_stopped(release, stop, handler))
			_exit(2);
		pthread_join(thread, NULL);
		_exit(status == 0 ? 0 : 1);
	}
	CHECK(child > 0 && waitpid(child, &result, 0) == child && WIFEXITED(result));
	if (WEXITSTATUS(result) == UNSUPPORTED)
		UNSUPPORTED_BECAUSE("written for x86-64");
	CHECK(WEXITSTATUS(result) != 1, "not zero at instruction %zu", stop);
	return WEXITSTATUS(result) == 0;
}

int main(void)
{
	size_t n = 0;

	while (check_at(n))
		n += 3;
	CHECK(n > 300, "only %zu instructions", n);
	return 0;
}
