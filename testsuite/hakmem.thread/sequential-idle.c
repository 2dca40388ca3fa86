/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-libs: -ldl */
/* hak-timeout: 120 */
/* 20,000 threads one after another, joined, that do not allocate: nothing grows from the 100th on. */
#include "flat.h"

static void *work(void *unused)
{
	return unused;
}

int main(int argc, char **argv)
{
	size_t n = arg(argc, argv, 1, is_emulated() ? 2000 : 20000), i;

	for (i = 1; i <= n; i++) {
		pthread_join(start(work, NULL), NULL);
		if (i == 100)
			remember_first();
	}
	check_flat(MIB(2));
	return 0;
}
