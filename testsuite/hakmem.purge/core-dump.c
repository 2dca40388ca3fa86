/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: preload */
/* hak-timeout: 120 */
/*
 * The core dump of a process that has freed and purged 1 GiB is not larger than 1.2 times what it has alive: by its
 * length where whole runs or slabs were freed, by what it takes on the disk where live blocks stand between holes.
 */
#include "purge.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define N_MAX (GIB(1) / 4096)

static void **blocks;

static void be_dumped(size_t size, size_t keep, size_t n_first)
{
	size_t n = GIB(1) / size, i;
	struct rlimit limit;

	blocks = malloc(N_MAX * sizeof(*blocks));
	CHECK(blocks);
	for (i = 0; i < n_first; i++)
		memset(hide(malloc(size)), 2, size);
	for (i = 0; i < n; i++) {
		blocks[i] = malloc(size);
		CHECK(blocks[i]);
		memset(blocks[i], 1, size);
	}
	for (i = 0; i < n; i++)
		if (!keep || i % keep)
			free(blocks[i]);
	malloc_trim(0);
	CHECK(getrlimit(RLIMIT_CORE, &limit) == 0);
	limit.rlim_cur = limit.rlim_max;
	CHECK(setrlimit(RLIMIT_CORE, &limit) == 0);
	signal(SIGABRT, SIG_DFL);
	abort();
}

static struct stat dump(size_t size, size_t keep, size_t n_first)
{
	struct stat s;
	pid_t child = fork();
	char name[64];
	int status;

	CHECK(child >= 0);
	if (child == 0)
		be_dumped(size, keep, n_first);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "wait status %#x", (unsigned)status);
	snprintf(name, sizeof(name), "core.%d", (int)child);
	if (stat(name, &s) && (snprintf(name, sizeof(name), "core"), stat(name, &s)))
		UNSUPPORTED_BECAUSE("core dumps do not end here");
	unlink(name);
	dprintf(1, "%zu bytes, one in %zu kept, %zu before: %zu long, %zu on the disk\n", size, keep, n_first,
		(size_t)s.st_size, (size_t)s.st_blocks * 512);
	return s;
}

int main(void)
{
	size_t live = MIB(200), most = live / 10 * 12;
	struct rlimit limit;
	struct stat s;

	CHECK(getrlimit(RLIMIT_CORE, &limit) == 0);
	if (limit.rlim_max < GIB(2))
		UNSUPPORTED_BECAUSE("core dumps are limited");
	if (sysconf(_SC_AVPHYS_PAGES) * sysconf(_SC_PAGESIZE) < (long)MIB(1500))
		UNSUPPORTED_BECAUSE("less than 1,500 MiB of memory are free");
	/* Something alive before, then 1 GiB that is freed to the last block. */
	s = dump(125000, 0, live / 125000);
	CHECK((size_t)s.st_size <= most);
	s = dump(4096, 0, live / 4096);
	CHECK((size_t)s.st_size <= most);
	/* Live blocks here and there. */
	s = dump(325000, 10, live / 2 / 325000);
	CHECK((size_t)s.st_size <= most);
	need_small_pages();
	s = dump(4096, 10, live / 2 / 4096);
	CHECK((size_t)s.st_blocks * 512 <= most);
	return 0;
}
