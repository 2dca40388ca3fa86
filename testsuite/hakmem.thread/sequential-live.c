/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/* 3,000 threads die and leave live blocks behind, which main frees: RSS is flat from the 100th. */
#include "work.h"

#define N_KEPT 300

static void *kept[N_KEPT];

static void *work(void *arg_)
{
	size_t me = (size_t)arg_, i;

	for (i = 0; i < N_KEPT; i++) {
		kept[i] = malloc((me * 7 + i * 41) % 2000 + 1);
		CHECK(kept[i]);
		fill(kept[i], (me * 7 + i * 41) % 2000 + 1, i);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	size_t n_threads = arg(argc, argv, 1, is_emulated() ? 300 : 3000), i, k, n, rss_100 = 0;

	for (i = 0; i < n_threads; i++) {
		pthread_join(start(work, (void *)i), NULL);
		for (k = 0; k < N_KEPT; k++) {
			n = (i * 7 + k * 41) % 2000 + 1;
			CHECK(filled(kept[k], n, k) == n);
			free(kept[k]);
		}
		if (i == 100)
			rss_100 = rss();
	}
	CHECK(rss() <= rss_100 + MIB(4), "RSS from %zu to %zu", rss_100, rss());
	return 0;
}
