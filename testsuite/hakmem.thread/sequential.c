/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: preload */
/* hak-timeout: 120 */
/* 20,000 threads one after another: RSS and addresses in use are flat from the 100th. */
#include "work.h"

#define N_THREADS 20000

static void *work(void *arg_)
{
	size_t me = (size_t)arg_, i;
	void *p[60];

	for (i = 0; i < N_OF(p); i++) {
		p[i] = malloc((me * 7 + i * 41) % 3000 + 8);
		CHECK(p[i]);
		memset(p[i], 1, 8);
	}
	p[0] = realloc(p[0], 20000 + me % 100000);
	CHECK(p[0]);
	for (i = 0; i < N_OF(p); i++)
		free(p[i]);
	return NULL;
}

int main(int argc, char **argv)
{
	size_t n = arg(argc, argv, 1, is_emulated() ? N_THREADS / 10 : N_THREADS), i, rss_100 = 0, vm_100 = 0;

	for (i = 0; i < n; i++) {
		pthread_join(start(work, (void *)i), NULL);
		if (i == 100) {
			rss_100 = rss();
			vm_100 = vm_size();
		}
	}
	CHECK(rss() <= rss_100 + MIB(2), "RSS from %zu to %zu", rss_100, rss());
	CHECK(vm_size() <= vm_100 + MIB(64), "VmSize from %zu to %zu", vm_100, vm_size());
	return 0;
}
