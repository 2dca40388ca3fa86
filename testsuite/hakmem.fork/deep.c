/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/* A hundred generations: each child has threads, takes over its parent's blocks and forks the next. */
#include "child.h"

#define N_BLOCKS 300

static void *blocks[N_BLOCKS];

int main(int argc, char **argv)
{
	size_t depth, n_deep = arg(argc, argv, 1, 100), i;
	pid_t child;

	for (i = 0; i < N_BLOCKS; i++)
		CHECK(blocks[i] = malloc(i + 8));
	for (depth = 0; depth < n_deep; depth++) {
		child = fork();
		if (child > 0) {
			wait_child(child);
			break;
		}
		CHECK(child == 0);
		alarm(60);
		for (i = 0; i < N_BLOCKS; i++) {
			if (depth)
				CHECK(filled(blocks[i], i + 8, depth - 1) == i + 8);
			free(blocks[i]);
		}
		use_threads(2);
		for (i = 0; i < N_BLOCKS; i++) {
			CHECK(blocks[i] = malloc(i + 8));
			fill(blocks[i], i + 8, depth);
		}
	}
	_exit(0);
}
