/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* mlockall(MCL_CURRENT | MCL_FUTURE): all tiers work, and unused reserves do not become resident. */
#include "limit.h"
#include <sys/mman.h>

static void *in_thread(void *unused)
{
	size_t i;

	(void)unused;
	for (i = 0; i < 3000; i++)
		free(hide(malloc(i * 11)));
	return NULL;
}

int main(void)
{
	pthread_t thread;
	size_t i, round, sum = 0;

	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		UNSUPPORTED_BECAUSE("mlockall: %s", strerror(errno));
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 3000; i++) {
			size_t n = i * 53 % 4000 + (i % 500 ? 1 : 500000);

			held[n_held].p = malloc(n);
			if (!held[n_held].p)
				UNSUPPORTED_BECAUSE("no more memory may be locked");
			held[n_held].n = n;
			sum += round ? 0 : n;
			fill_thin(held[n_held].p, n, n_held);
			n_held++;
		}
		CHECK(pthread_create(&thread, NULL, in_thread, NULL) == 0);
		pthread_join(thread, NULL);
		verify_held();
		realloc_held(300000);
		verify_held();
		CHECK(rss() < MIB(200), "%zu resident for %zu bytes", rss(), sum);
		free_held();
		malloc_trim(0);
	}
	return 0;
}
