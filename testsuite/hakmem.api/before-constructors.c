/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* The family works before any constructor has run: from .preinit_array, free(NULL) first. */
#include "check.h"

static unsigned char *early[N_OF(tier_sizes)];
static int n_run;

static void first(int argc, char **argv, char **environment)
{
	size_t i;

	(void)argc;
	(void)argv;
	(void)environment;
	free(NULL);
	for (i = 0; i < N_OF(tier_sizes); i++) {
		early[i] = malloc(tier_sizes[i]);
		CHECK(early[i]);
		fill_thin(early[i], tier_sizes[i], i);
		early[i] = realloc(early[i], tier_sizes[i] + 1);
		CHECK(early[i]);
		free(hide(calloc(3, tier_sizes[i])));
		free(hide(aligned_alloc(64, tier_sizes[i])));
	}
	n_run++;
}

__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **, char **) = first;

int main(void)
{
	size_t i;

#ifndef __GLIBC__
	if (n_run == 0)
		UNSUPPORTED_BECAUSE("this C library runs no .preinit_array");
#endif
	CHECK(n_run == 1);
	for (i = 0; i < N_OF(tier_sizes); i++) {
		CHECK(filled_thin(early[i], tier_sizes[i], i) == tier_sizes[i]);
		free(early[i]);
	}
	return 0;
}
