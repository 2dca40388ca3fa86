/* SPDX-License-Identifier: MIT */
/* Succeeds if malloc is libhakmem's, counted by libhakmem, and from the version that it was compiled for. */
#include <hakmem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
	struct hakmem_stats before, after;
	void *volatile block;

	hakmem_stats_get(&before, sizeof before);
	block = malloc(1000000);
	if (block == NULL)
		return 1;
	memset(block, 1, 1000000);
	hakmem_stats_get(&after, sizeof after);
	if (after.allocated < before.allocated + 1000000) {
		fputs("malloc is not libhakmem's\n", stderr);
		return 1;
	}
	free(block);
	if (strcmp(hakmem_version(), HAKMEM_VERSION) != 0) {
		fprintf(stderr, "header %s, library %s\n", HAKMEM_VERSION, hakmem_version());
		return 1;
	}
	return hakmem_check() != 0;
}
