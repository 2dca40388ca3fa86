/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: counts memory, of which records take most */
/* hak-link: preload */
/* hak-timeout: 60 */
/* A forked child that only reads does not dirty the heap it shares: the allocator writes nothing. */
#include "child.h"

static void *blocks[100000];

static size_t private_dirty(void)
{
	return KIB(proc_number("/proc/self/smaps_rollup", "Private_Dirty:"));
}

int main(void)
{
	size_t i, sum = 0, before, after;
	pid_t pid;

	for (i = 0; i < N_OF(blocks); i++) {
		CHECK(blocks[i] = malloc(400));
		memset(blocks[i], 1, 400);
	}
	pid = fork();
	if (pid == 0) {
		alarm(CHILD_SECONDS);
		before = private_dirty();
		for (i = 0; i < N_OF(blocks); i++)
			sum += *(unsigned char *)blocks[i];
		for (i = 0; i < 1000; i++)
			free(hide(malloc(100)));
		usleep(1500000); /* the time of a purge, if one were to come */
		for (i = 0; i < 1000; i++)
			free(hide(malloc(100)));
		after = private_dirty();
		CHECK(sum == N_OF(blocks));
		CHECK(after <= before + MIB(1), "private dirty from %zu to %zu", before, after);
		_exit(0);
	}
	wait_child(pid);
	return 0;
}
