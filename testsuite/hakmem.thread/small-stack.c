/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* Threads with stacks of 16 KiB, or the least that the system gives, use the whole family, their first call included. */
#include "work.h"

static void *kept[16];

static void *work(void *arg_)
{
	size_t me = (size_t)arg_, i;
	void *p;

	for (i = 0; i < N_OF(tier_sizes); i++) {
		p = malloc(tier_sizes[i]);
		CHECK(p);
		fill_thin(p, tier_sizes[i], i);
		p = realloc(p, tier_sizes[i] * 2);
		CHECK(p);
		CHECK(filled_thin(p, tier_sizes[i], i) == tier_sizes[i]);
		free(p);
		p = aligned_alloc(4096, tier_sizes[i]);
		CHECK(p);
		free(p);
		p = calloc(1, tier_sizes[i]);
		CHECK(p);
		free(p);
	}
	for (i = 0; i < 3000; i++)
		free(hide(malloc(i)));
	free(kept[(me + 1) % N_OF(kept)]); /* a remote one, if it came first */
	kept[(me + 1) % N_OF(kept)] = NULL;
	kept[me % N_OF(kept)] = malloc(100);
	return NULL;
}

int main(void)
{
	size_t i;

	for (i = 0; i < 50; i++)
		pthread_join(start_small(work, (void *)i, 16384), NULL);
	return 0;
}
