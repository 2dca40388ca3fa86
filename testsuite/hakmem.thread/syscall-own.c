/* SPDX-License-Identifier: MIT */
/* hak-conf: purge_thread:off */
/* A program, or a library beside ours, may have a syscall() of its own, which allocates or takes a lock: nothing that
 * we do goes that way. */
#include "check.h"

#include <pthread.h>
#include <sys/syscall.h>

static long n_calls;

long syscall(long number, ...)
{
	static const char text[] = "syscall() was called\n";

	if (number == SYS_membarrier) {
		errno_set(ENOSYS);
		return -1;
	}
	n_calls++;
	return write(2, text, sizeof text - 1);
}

static void *work(void *p)
{
	void *blocks[300];

	for (size_t i = 0; i < N_OF(blocks); i++) {
		blocks[i] = malloc(i * i * 13);
		CHECK(blocks[i]);
		memset(blocks[i], 1, i * i * 13);
	}
	for (size_t i = 0; i < N_OF(blocks); i++)
		free(blocks[i]);
	blocks[0] = calloc(1, MIB(5));
	CHECK(blocks[0] && zeroed(blocks[0], MIB(5)) == MIB(5));
	blocks[0] = realloc(blocks[0], MIB(15));
	free(blocks[0]);
	return p;
}

int main(void)
{
	pthread_t threads[4];

	for (size_t i = 0; i < N_OF(threads); i++)
		CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
	work(NULL);
	for (size_t i = 0; i < N_OF(threads); i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	CHECK(n_calls == 0, "%ld calls", n_calls);
	return 0;
}
