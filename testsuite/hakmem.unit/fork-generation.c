/* SPDX-License-Identifier: MIT */
/*
 * The generation is one number throughout a process, and another one in each child: also where the kernel cannot wipe
 * a page in a child, and where it only says that it will, as emulators do that take all advice for hints.
 */
#include "threads.h"
#include "os/call.h"
#include "os/page.h"

static enum { WIPES, REFUSES, LIES } kernel;

static int advise(void *p, size_t size, int advice)
{
	return kernel == WIPES ? hak_call_madvise(p, size, advice) : kernel == LIES;
}

static int is_advice_void(void)
{
	return kernel == WIPES ? hak_os_is_advice_void() : kernel == LIES;
}

#define hak_call_madvise(p, size, advice) advise(p, size, advice)
#define hak_os_is_advice_void() is_advice_void()
#include "os/fork.c"
#undef hak_call_madvise
#undef hak_os_is_advice_void

#include <sys/wait.h>

#define N_THREADS 8
#define DEPTH 6

static uint32_t seen[N_THREADS];

static void look(unsigned idx)
{
	seen[idx] = hak_fork_generation();
	for (unsigned i = 0; i < 1000; i++)
		CHECK(hak_fork_generation() == seen[idx]);
}

static uint32_t agree(void)
{
	run_threads(N_THREADS, look);
	for (unsigned i = 1; i < N_THREADS; i++)
		CHECK(seen[i] == seen[0]);
	CHECK(seen[0] >= 1 && seen[0] < 1U << HAK_GENERATION_BITS);
	CHECK(hak_fork_generation() == seen[0]);
	return seen[0];
}

static void descend(const uint32_t *ancestors, unsigned depth)
{
	uint32_t all[DEPTH + 1];
	int status;
	pid_t pid;

	for (unsigned i = 0; i < depth; i++)
		all[i] = ancestors[i];
	/* The first look is made by several threads at once, or, in every other child, by one. */
	all[depth] = depth % 2 ? agree() : hak_fork_generation();
	CHECK(agree() == all[depth]);
	for (unsigned i = 0; i < depth; i++)
		CHECK(all[i] != all[depth]);
	if (depth == DEPTH)
		return;
	pid = depth % 3 == 2 ? bare_fork() : fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		alarm(60);
		descend(all, depth + 1);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK(agree() == all[depth]);
}

int main(void)
{
	for (kernel = WIPES; kernel <= LIES; kernel++) {
		unsigned i;

		for (i = 0; i < rounds(20); i++) {
			pid_t pid = fork();
			int status;

			CHECK(pid >= 0);
			if (pid == 0) {
				descend(NULL, 0);
				_exit(0);
			}
			CHECK(waitpid(pid, &status, 0) == pid && status == 0, "kernel %d, round %u", (int)kernel, i);
		}
	}
	return 0;
}
