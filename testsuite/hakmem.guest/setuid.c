/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* A daemon with threads gives up root: when setuid() has returned, no thread has root's ids or capabilities. */
#include "rights.h"
#include <pthread.h>
#include <grp.h>

static int is_over;

static void *work(void *unused)
{
	while (!__atomic_load_n(&is_over, __ATOMIC_ACQUIRE)) {
		free(hide(malloc(1000)));
		usleep(1000);
	}
	return unused;
}

int main(void)
{
	pthread_t thread;

	need_root();
	CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
	grow_heap(32);
	be_busy(0.3);
	if (setgroups(0, NULL) || setgid(NOBODY))
		UNSUPPORTED_BECAUSE("setgid: %s", strerror(errno));
	CHECK(setuid(NOBODY) == 0);
	check_rights(1 | 2 | 4);
	__atomic_store_n(&is_over, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	return 0;
}
