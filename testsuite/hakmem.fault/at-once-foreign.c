/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* What is the program's, but no block, freed: told of in that call, in every place. */
#include "at-once.h"

static char global[256] __attribute__((aligned(64)));

static char *map(size_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

static void *stack(size_t size)
{
	char local[256] __attribute__((aligned(64)));

	memset(local, (int)size, sizeof(local));
	return hide(local + 64);
}

static void *static_memory(size_t size)
{
	return global + size % 64;
}

static void *mapping(size_t size)
{
	return map(size);
}

static void *inside_mapping(size_t size)
{
	return map(size) + size / 2;
}

static void *past_mapping(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n = (size + page - 1) / page * page;
	char *p = map(n + page);

	CHECK(munmap(p + n, page) == 0);
	return p + n;
}

WRONGS({ "the stack", stack, by_free, NOT_OURS }, { "a global", static_memory, by_free, NOT_OURS },
       { "a mapping", mapping, by_free, NOT_OURS }, { "inside a mapping", inside_mapping, by_free, NOT_OURS },
       { "one past a mapping", past_mapping, by_free, NOT_OURS },
       { "a mapping, to realloc()", mapping, by_realloc, NOT_OURS },
       { "a global, to malloc_usable_size()", static_memory, by_usable_size, NOT_OURS })
