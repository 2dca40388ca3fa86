/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* Started under RLIMIT_NOFILE 4: works with threads and statistics. */
#include "limit.h"

static void *in_thread(void *unused)
{
	size_t i;

	(void)unused;
	for (i = 0; i < 3000; i++)
		free(hide(malloc(i * 11)));
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	(void)argc;
	restart_under(RLIMIT_NOFILE, 4, argv);
	CHECK(pthread_create(&thread, NULL, in_thread, NULL) == 0);
	pthread_join(thread, NULL);
	in_thread(NULL);
	malloc_trim(0);
	CHECK(mallinfo2().arena > 0);
	return 0;
}
