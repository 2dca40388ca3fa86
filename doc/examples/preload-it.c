/* SPDX-License-Identifier: MIT */
/*
 * Preload it: a program that knows nothing of libhakmem, but tells whose malloc it got.
 *
 *   cc preload-it.c -o preload-it
 *   ./preload-it                                 the C library's malloc
 *   hakmem-run ./preload-it                      libhakmem's
 *   LD_PRELOAD=libhakmem.so.1 ./preload-it       the same by hand
 *   hakmem-run --stats ./preload-it              and its heap in figures at the end
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	const char *(*version)(void);
	void *block = malloc(1000);

	*(void **)&version = dlsym(RTLD_DEFAULT, "hakmem_version");
	if (version != NULL)
		printf("libhakmem %s\n", version());
	else
		puts("not libhakmem");
	free(block);
	return EXIT_SUCCESS;
}
