/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 40 */
/*
 * Handlers of three signals, which interrupt each other, allocate, resize and free blocks of all sizes while the
 * threads that they interrupt allocate and free others, in every tier: no hang, no verdict, no block with two owners.
 * The sizes of all are of different classes, so that what they meet in is all but a cache's own few instructions.
 */
#include "handler.h"

static void handler(int number)
{
	static __thread uint64_t n_here;
	uint64_t random = ++n_here * 31 + (uint64_t)number;
	unsigned char *p[12];
	int error = errno;
	size_t n[12], i;

	for (i = 0; i < N_OF(p); i++) {
		n[i] = size_of_signal(number, &random);
		p[i] = malloc(n[i]);
		CHECK(p[i]);
		fill_thin(p[i], n[i], i);
	}
	for (i = 0; i < N_OF(p); i += 3) {
		size_t n_new = size_of_signal(number, &random), n_same = n_new < n[i] ? n_new : n[i];

		p[i] = realloc(p[i], n_new);
		CHECK(p[i] && filled_thin(p[i], n_same, i) == n_same);
		n[i] = n_new;
		fill_thin(p[i], n_new, i);
	}
	for (i = 0; i < N_OF(p); i++) {
		CHECK(filled_thin(p[i], n[i], i) == n[i], "a handler's block of %zu", n[i]);
		free(p[i]);
	}
	__atomic_add_fetch(&n_handled, 1, __ATOMIC_RELAXED);
	errno = error;
}

static void *work(void *arg_)
{
	replace_until_end((size_t)arg_ + 1, size_of_work, NULL);
	return NULL;
}

int main(void)
{
	storm(work, handler, 2.5);
	return 0;
}
