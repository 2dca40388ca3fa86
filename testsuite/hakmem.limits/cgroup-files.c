/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* The thread that looks at the container's files, where that is asked for, keeps none of them open, and holds nothing that
 * the program closes. */
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
	char byte;

	(void)argc;
	if (!is_restarted()) {
		make_v2(MIB(500), 0);
		restart_inside("purge_delay:-1,limit:cgroup,purge_thread:on", argv);
	}
	CHECK(pipe(pipes) == 0);
	n_files = count_files();
	free_much(MIB(60));
	wait_for_soft();
	usleep(1000000); /* ten looks */
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
