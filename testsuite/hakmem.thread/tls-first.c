/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/* A thread's first allocation happens in a destructor, after the library's own may have run. */
#include "work.h"

static pthread_key_t keys[60];

static void destroy(void *arg_)
{
	size_t i;
	void *p[40];

	(void)arg_;
	for (i = 0; i < N_OF(p); i++) {
		p[i] = malloc(i * 100 + 1);
		CHECK(p[i]);
		memset(p[i], 1, i * 100 + 1);
	}
	for (i = 0; i < N_OF(p); i++)
		free(p[i]);
}

static void *work(void *unused)
{
	(void)unused;
	/* A low key and a high one: one of them is destroyed after the library's, if it has a key. */
	pthread_setspecific(keys[0], keys);
	pthread_setspecific(keys[N_OF(keys) - 1], keys);
	return NULL;
}

int main(int argc, char **argv)
{
	size_t n_threads = arg(argc, argv, 1, is_emulated() ? 1000 : 10000), i, rss_100 = 0;

	for (i = 0; i < N_OF(keys); i++)
		CHECK(pthread_key_create(&keys[i], destroy) == 0);
	for (i = 0; i < n_threads; i++) {
		pthread_join(start(work, NULL), NULL);
		if (i == 100)
			rss_100 = rss();
	}
	CHECK(rss() <= rss_100 + MIB(2), "RSS from %zu to %zu", rss_100, rss());
	return 0;
}
