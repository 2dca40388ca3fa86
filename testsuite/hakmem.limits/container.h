/* SPDX-License-Identifier: MIT */
/* What the tests of a container's limit share: files as the kernel has them, in a folder of our own, and a program
 * started again with that folder as cgroup_root. */
#ifndef CONTAINER_H
#define CONTAINER_H
#include "hard.h"
#include <sys/stat.h>

/* Writes the file in place, as the kernel's content changes. */
UNUSED static void write_file(const char *path, const char *format, ...)
{
	va_list args;
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	int n;

	CHECK(fd >= 0, "%s", path);
	va_start(args, format);
	n = vdprintf(fd, format, args);
	va_end(args);
	CHECK(n > 0 && ftruncate(fd, n) == 0 && close(fd) == 0);
}

/* A cgroup v2 with these two limits, 0 for none, that was never short of memory. */
UNUSED static void make_v2(size_t max, size_t high)
{
	CHECK(mkdir("root", 0777) == 0);
	if (max)
		write_file("root/memory.max", "%zu\n", max);
	else
		write_file("root/memory.max", "max\n");
	if (high)
		write_file("root/memory.high", "%zu\n", high);
	else
		write_file("root/memory.high", "max\n");
	write_file("root/memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n");
	write_file("root/memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=17\n"
		   "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
}

UNUSED static void make_v1(size_t limit)
{
	CHECK(mkdir("root", 0777) == 0 && mkdir("root/memory", 0777) == 0);
	write_file("root/memory/memory.limit_in_bytes", "%zu\n", limit);
	write_file("root/memory/memory.failcnt", "0\n");
}

UNUSED static int is_restarted(void)
{
	return getenv("IN_CONTAINER") != NULL;
}

/* Never returns. */
UNUSED static void restart_inside(const char *options, char **argv)
{
	char conf[500], root[200];

	CHECK(getcwd(root, sizeof root));
	CHECK(strlen(root) < 120, "%s is too long", root);
	snprintf(conf, sizeof conf, "strict:true,cgroup_root:%s/root,%s", root, options);
	CHECK(setenv("HAKMEM_CONF", conf, 1) == 0 && setenv("IN_CONTAINER", "1", 1) == 0);
	execv("/proc/self/exe", argv);
	CHECK(0, "execv");
}

/* Frees n bytes worth of blocks, with the purge thread started by that. */
UNUSED static void free_much(size_t n)
{
	size_t n_blocks = n / 1000, i;
	void **blocks = calloc(n_blocks, sizeof *blocks);

	CHECK(blocks);
	for (i = 0; i < n_blocks; i++)
		CHECK((blocks[i] = malloc(1000)) && memset(blocks[i], 1, 1000));
	for (i = 0; i < n_blocks; i++)
		free(blocks[i]);
	free(blocks);
}

/* Seconds until less than n bytes are free and resident, or `most`. */
UNUSED static double wait_dirty_below(size_t n, double most)
{
	double start = now();

	while (stats_now().dirty >= n && now() - start < most)
		usleep(2000);
	return now() - start;
}

UNUSED static void wait_for_soft(void)
{
	double start = now();

	while (stats_now().limit_soft == 0 && now() - start < 10)
		usleep(2000);
	CHECK(stats_now().limit_soft != 0, "the container's limit was not found");
}

/* Has free memory gone back more often than n times for a limit? The count comes behind the deed. */
UNUSED static int is_pressed_beyond(uint64_t n)
{
	double start = now();

	while (stats_now().n_pressed <= n && now() - start < 10)
		usleep(2000);
	return stats_now().n_pressed > n;
}

/* The container has been short of memory, as change() tells; all that is free goes back at once. */
UNUSED static void check_follows(void (*change)(void))
{
	double seconds;
	uint64_t n_pressed;

	free_much(MIB(60));
	wait_for_soft();
	usleep(400000);
	CHECK(stats_now().dirty > MIB(40), "%zu dirty: purged without pressure", (size_t)stats_now().dirty);
	n_pressed = stats_now().n_pressed;
	change();
	seconds = wait_dirty_below(MIB(4), 20);
	dprintf(1, "%.3f s\n", seconds);
	/* A tenth of a second, and much patience with a busy machine; purge_delay is far away. */
	CHECK(seconds < 5, "%f seconds", seconds);
	CHECK(is_pressed_beyond(n_pressed));
}

#endif
