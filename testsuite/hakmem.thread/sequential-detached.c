/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: preload */
/* hak-libs: -ldl */
/* hak-timeout: 120 */
/* 20,000 detached threads one after another, each with a job that allocates: nothing grows from the 500th on. */
#include "flat.h"

static size_t n_done;

static void *work(void *arg_)
{
	do_job((size_t)arg_);
	__atomic_add_fetch(&n_done, 1, __ATOMIC_RELEASE);
	return NULL;
}

int main(int argc, char **argv)
{
	size_t n = arg(argc, argv, 1, is_emulated() ? 2000 : 20000), i;

	for (i = 1; i <= n; i++) {
		start_detached(work, (void *)i);
		while (__atomic_load_n(&n_done, __ATOMIC_ACQUIRE) < i)
			sched_yield();
		if (i == 500)
			remember_first();
	}
	check_flat(MIB(4));
	return 0;
}
