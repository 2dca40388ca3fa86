/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* The program uses up all thread-specific keys before the first thread: threads work, RSS is flat. */
#include "work.h"

static void *work(void *arg_)
{
	size_t i;

	for (i = 0; i < 100; i++)
		free(hide(malloc(i * 40 + (size_t)arg_ % 50)));
	return NULL;
}

int main(void)
{
	size_t n_keys = 0, i, rss_100 = 0;
	pthread_key_t key;

	while (pthread_key_create(&key, NULL) == 0)
		n_keys++;
	CHECK(n_keys > 100);
	for (i = 0; i < 5000; i++) {
		pthread_join(start(work, (void *)i), NULL);
		if (i == 100)
			rss_100 = rss();
	}
	CHECK(rss() <= rss_100 + MIB(2), "RSS from %zu to %zu", rss_100, rss());
	return 0;
}
