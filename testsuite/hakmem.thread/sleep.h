/* SPDX-License-Identifier: MIT */
/* What the tests of sleeping threads share: can the library see sleep here at all, and what do the caches hold? */
#ifndef SLEEP_H
#define SLEEP_H
#include "work.h"
#include <sys/syscall.h>

#define BLOCK_SIZE 1000
#define N_BLOCKS 120 /* of BLOCK_SIZE: what one cache holds */

/* Ends the test as unsupported where the kernel does not tell what is needed. */
UNUSED static void need_sight(void)
{
	static const char *const files[] = { "/proc/thread-self/syscall", "/proc/thread-self/schedstat", "/proc/self/mem" };
	char text[64] = "";
	size_t i;
	int fd;

	for (i = 0; i < N_OF(files); i++) {
		fd = open(files[i], O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			UNSUPPORTED_BECAUSE("%s cannot be read", files[i]);
		if (i == 1 && (read(fd, text, sizeof(text) - 1) <= 0 || strcmp(text, "0 0 0\n") == 0))
			UNSUPPORTED_BECAUSE("%s tells nothing", files[i]);
		close(fd);
	}
	if (syscall(SYS_membarrier, 0, 0, 0) < 8)
		UNSUPPORTED_BECAUSE("membarrier() is not there");
}

/* The same, and a thread hakmem-purge with files of its own. */
UNUSED static void need_purger(void)
{
	need_purge_thread();
	need_sight();
	if (syscall(SYS_close_range, ~0U, ~0U, 0) != 0)
		UNSUPPORTED_BECAUSE("close_range() is not there");
}

UNUSED static size_t cached(void)
{
	return mallinfo2().fsmblks;
}

/* Fills the calling thread's cache of the class of BLOCK_SIZE. */
UNUSED static void fill_cache(void)
{
	void *p[N_BLOCKS];
	size_t i;

	for (i = 0; i < N_BLOCKS; i++) {
		p[i] = malloc(BLOCK_SIZE);
		CHECK(p[i]);
		memset(p[i], 1, BLOCK_SIZE);
	}
	for (i = 0; i < N_BLOCKS; i++)
		free(p[i]);
}

#endif
