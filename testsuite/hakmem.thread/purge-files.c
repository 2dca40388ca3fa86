/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: purge_delay:20 */
/* hak-timeout: 60 */
/* hakmem-purge opens files in a table of its own: it holds none of the program's, and takes none of its numbers. */
#include "sleep.h"
#include <dirent.h>

static int is_over;

static void *work(void *unused)
{
	while (!__atomic_load_n(&is_over, __ATOMIC_ACQUIRE)) {
		fill_cache();
		usleep(100000);
	}
	return unused;
}

/* The thread hakmem-purge, or 0. */
static int find_purger(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *entry;
	char path[64], name[32];
	int found = 0;

	CHECK(tasks);
	while (!found && (entry = readdir(tasks))) {
		int fd;

		snprintf(path, sizeof(path), "/proc/self/task/%.16s/comm", entry->d_name);
		fd = open(path, O_RDONLY);
		memset(name, 0, sizeof(name));
		if (fd >= 0 && read(fd, name, sizeof(name) - 1) > 0 && !strcmp(name, "hakmem-purge\n"))
			found = atoi(entry->d_name);
		if (fd >= 0)
			close(fd);
	}
	closedir(tasks);
	return found;
}

/* Does it hold the file `ours`? */
static int holds(int tid, const char *ours)
{
	char path[64], link[256], name[64];
	int fd, n;

	for (fd = 0; fd < 64; fd++) {
		snprintf(path, sizeof(path), "/proc/self/task/%d/fd/%d", tid, fd);
		n = (int)readlink(path, link, sizeof(link) - 1);
		snprintf(name, sizeof(name), "%.*s", n > 0 ? n : 0, link);
		if (!strcmp(name, ours))
			return 1;
	}
	return 0;
}

int main(void)
{
	pthread_t threads[4];
	char path[64], link[64] = "";
	int ends[2], tid = 0, is_apart = 0;
	double end = now() + 20;
	unsigned n_rounds = 0;
	void *large;
	size_t i;

	need_purger();
	CHECK(pipe(ends) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	CHECK(readlink(path, link, sizeof(link) - 1) > 0);
	for (i = 0; i < N_OF(threads); i++)
		threads[i] = start(work, NULL);
	while (!is_apart && now() < end) {
		large = malloc(MIB(1));
		memset(large, 1, MIB(1));
		free(large);
		fill_cache();
		tid = find_purger();
		is_apart = tid != 0 && !holds(tid, link);
		usleep(1000);
	}
	if (tid == 0)
		UNSUPPORTED_BECAUSE("no purge thread came");
	CHECK(is_apart, "hakmem-purge still has the program's files");
	while (n_rounds++ < 300 && tid == find_purger()) {
		int fd = open("/dev/null", O_RDONLY), again;

		CHECK(!holds(tid, link));
		close(fd);
		usleep(100);
		again = open("/dev/null", O_RDONLY);
		CHECK(again == fd, "the program's next file was %d, and is %d now", fd, again);
		close(again);
	}
	__atomic_store_n(&is_over, 1, __ATOMIC_RELEASE);
	for (i = 0; i < N_OF(threads); i++)
		pthread_join(threads[i], NULL);
	return 0;
}
