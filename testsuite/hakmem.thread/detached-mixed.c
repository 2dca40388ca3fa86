/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-libs: -ldl */
/* hak-timeout: 60 */
/* Detached threads of which one in six works, and the others never allocate: what the process holds does not grow. */
#include "flat.h"

#define N_AT_ONCE 60
#define N_ROUNDS 120

static size_t n_done;

static void *work(void *arg_)
{
	size_t me = (size_t)arg_;

	if (me % 6 == 0)
		do_job(me);
	usleep(10000);
	__atomic_add_fetch(&n_done, 1, __ATOMIC_RELEASE);
	return NULL;
}

int main(void)
{
	size_t round, i;

	for (round = 1; round <= N_ROUNDS; round++) {
		for (i = 0; i < N_AT_ONCE; i++)
			start_detached(work, (void *)(round * N_AT_ONCE + i));
		await(&n_done, round * N_AT_ONCE);
		usleep(5000);
		if (round == N_ROUNDS / 10)
			remember_first();
	}
	check_flat(MIB(6));
	return 0;
}
