/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-libs: -ldl */
/* hak-timeout: 60 */
/* Detached threads by the ten thousand that never allocate hold nothing after their end, though the C library frees
 * memory in them when all of their destructors have run. */
#include "flat.h"

#define N_AT_ONCE 60 /* more stacks than the C library keeps, so that it frees some */
#define N_ROUNDS 170

static size_t n_done;

static void *work(void *unused)
{
	usleep(10000); /* all of them are there */
	__atomic_add_fetch(&n_done, 1, __ATOMIC_RELEASE);
	return unused;
}

int main(void)
{
	size_t round, i;

	for (round = 1; round <= N_ROUNDS; round++) {
		for (i = 0; i < N_AT_ONCE; i++)
			start_detached(work, NULL);
		await(&n_done, round * N_AT_ONCE);
		usleep(5000); /* and gone */
		if (round == N_ROUNDS / 10)
			remember_first();
	}
	check_flat(MIB(4));
	return 0;
}
