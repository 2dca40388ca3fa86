/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* Pointers to memory that is the program's, but no block: stack, globals, code, mappings, libc, brk. */
#include "fault.h"

#define NOT_OURS "not a block of ours"

static char global[4096] __attribute__((aligned(64)));
static const char constant[64] __attribute__((aligned(64))) = "constant";

static void of_stack(size_t size)
{
	char local[4096] __attribute__((aligned(64)));

	memset(local, 1, sizeof(local));
	free(hide(local + size));
}

static void of_global(size_t size)
{
	free(hide(global + size));
}

static void of_constant(size_t size)
{
	(void)size;
	free(hide((void *)(uintptr_t)constant));
}

static void of_code(size_t size)
{
	(void)size;
	free(hide((void *)((uintptr_t)of_code & ~(uintptr_t)63)));
}

static void of_libc(size_t size)
{
	(void)size;
	free(hide((void *)((uintptr_t)qsort & ~(uintptr_t)63)));
}

static void of_stdio(size_t size)
{
	(void)size;
	free(hide((void *)((uintptr_t)stdout & ~(uintptr_t)63)));
}

static void of_mapping(size_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	free(hide(p));
}

static void of_mapping_inside(size_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	free(hide(p + size / 2));
}

static void of_no_access(size_t size)
{
	char *p = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	free(hide(p + 64));
}

static void of_unmapped(size_t size)
{
	char *p = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED && munmap(p, size) == 0);
	free(hide(p + 64));
}

static void of_brk(size_t size)
{
	char *p = (char *)syscall(SYS_brk, 0L); /* musl's sbrk() refuses */

	CHECK((char *)syscall(SYS_brk, p + size) == p + size);
	free(hide((void *)(((uintptr_t)p + 63) & ~(uintptr_t)63)));
}

static void of_shared(size_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	free(hide(p));
}

FAULTS({ "stack", of_stack, 0, NOT_OURS }, { "stack + 1024", of_stack, 1024, NOT_OURS },
       { "global", of_global, 0, NOT_OURS }, { "global + 64", of_global, 64, NOT_OURS },
       { "constant", of_constant, 0, NOT_OURS }, { "code", of_code, 0, NOT_OURS },
       { "libc's code", of_libc, 0, NOT_OURS }, { "stdout", of_stdio, 0, NOT_OURS },
       { "a mapping", of_mapping, 4096, NOT_OURS }, { "a mapping of 64 MiB", of_mapping, MIB(64), NOT_OURS },
       { "inside a mapping", of_mapping_inside, MIB(64), NOT_OURS },
       { "PROT_NONE", of_no_access, 65536, NOT_OURS },
       { "PROT_NONE of 1 GiB", of_no_access, GIB(1), NOT_OURS }, { "unmapped", of_unmapped, 65536, NOT_OURS },
       { "unmapped 1 GiB", of_unmapped, GIB(1), NOT_OURS }, { "brk", of_brk, 65536, NOT_OURS },
       { "shared memory", of_shared, MIB(1), NOT_OURS })
