/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* The thread that looks at the container's files has a table of files of its own: no descriptor of the program is taken,
 * held open or closed, and it holds nothing that the program closes. */
#include "container.h"
#include <dirent.h>

static size_t count_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	CHECK(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void hit_max(void)
{
	write_file("root/memory.events", "low 0\nhigh 0\nmax 1\noom 0\noom_kill 0\noom_group_kill 0\n");
}

int main(int argc, char **argv)
{
	int pipes[2], fd;
	size_t n_files;
	double start;
	char byte;

	(void)argc;
	if (!is_restarted()) {
		make_v2(MIB(500), 0);
		restart_inside("purge_delay:600000,limit:cgroup,purge_thread:on", argv);
	}
	CHECK(pipe(pipes) == 0);
	n_files = count_files();
	free_much(MIB(60));
	wait_for_soft();
	/* The lowest number is the program's, always. */
	fd = open("/dev/null", O_RDONLY);
	CHECK(fd == pipes[1] + 1);
	for (start = now(); now() - start < 1;) {
		int again;

		close(fd);
		again = open("/dev/null", O_RDONLY);
		CHECK(again == fd, "%d, not %d", again, fd);
	}
	close(fd);
	CHECK(count_files() == n_files);
	/* The last writer goes: end of file. */
	close(pipes[1]);
	CHECK(read(pipes[0], &byte, 1) == 0);
	/* And with all of them closed it still looks. */
	CHECK(stats_now().dirty > MIB(40));
	for (fd = 3; fd < 100; fd++)
		close(fd);
	check_follows(hit_max);
	return 0;
}
