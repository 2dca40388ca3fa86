/* SPDX-License-Identifier: MIT */
/* What the tests of good behaviour share: a program that has a heap worth looking after, and what the kernel knows of
 * the process's threads. */
#ifndef GUEST_H
#define GUEST_H
#include "check.h"
#include <dirent.h>

/* Blocks of every tier come and go; a part stays. As a program does that reads what it works on. */
UNUSED static void grow_heap(size_t n_mib)
{
	size_t n = n_mib * 1024, i;
	void **blocks = malloc(n * sizeof(*blocks));

	CHECK(blocks);
	for (i = 0; i < n; i++) {
		blocks[i] = malloc(1000);
		CHECK(blocks[i]);
		memset(blocks[i], 1, 1000);
	}
	for (i = 0; i < n; i++)
		if (i % 8)
			free(blocks[i]);
	free(blocks);
	for (i = 0; i < N_OF(tier_sizes); i++) {
		void *p = malloc(tier_sizes[i]);

		CHECK(p);
		fill_thin(p, tier_sizes[i], i);
		p = realloc(p, tier_sizes[i] * 2);
		CHECK(p && filled_thin(p, tier_sizes[i], i) == tier_sizes[i]);
		free(p);
	}
}

/* The same again and again for so many seconds, now and then with a pause. */
UNUSED static void be_busy(double seconds)
{
	double end = now() + seconds;
	void *blocks[3000];
	size_t i;

	while (now() < end) {
		for (i = 0; i < N_OF(blocks); i++)
			CHECK((blocks[i] = malloc(64 + i * 7 % 5000)));
		for (i = 0; i < N_OF(blocks); i++)
			free(blocks[i]);
		usleep(10000);
	}
}

/* More than 200 MiB pass through blocks of 16 bytes to 100 MiB, with no system call of its own. */
UNUSED static void use_all_tiers(void)
{
	static const size_t sizes[] = { 16, 200, 1000, 5000, 20000, 60000, 100000, 300000, MIB(1) - 100, MIB(3) };
	unsigned char *kept[3000] = { NULL };
	size_t k, i, n, sum;
	unsigned char *p;

	for (k = 0; k < N_OF(sizes); k++) {
		n = sizes[k];
		for (i = 0, sum = 0; sum < MIB(22) && i < 60000; i++, sum += n) {
			size_t slot = i * 7 % N_OF(kept) % (MIB(64) / n);

			free(kept[slot]);
			kept[slot] = i % 16 ? malloc(n) : calloc(n, 1);
			CHECK(kept[slot]);
			fill_thin(kept[slot], n, slot);
		}
		for (i = 0; i < N_OF(kept); i++) {
			CHECK(!kept[i] || filled_thin(kept[i], n, i) == n, "block of %zu", n);
			free(kept[i]);
			kept[i] = NULL;
		}
		p = malloc(n);
		CHECK(p);
		fill_thin(p, n, k);
		p = realloc(p, n * 3);
		CHECK(p && filled_thin(p, n, k) == n);
		free(p);
		p = aligned_alloc(KIB(64), n);
		CHECK(p);
		free(p);
	}
	p = malloc(MIB(100));
	CHECK(p);
	memset(p, 1, MIB(8));
	p = realloc(p, MIB(50));
	CHECK(p);
	p = realloc(p, MIB(90));
	CHECK(p && p[MIB(8) - 1] == 1);
	free(p);
	malloc_trim(0);
}

UNUSED static size_t n_tasks(void)
{
	return proc_number("/proc/self/status", "Threads:");
}

/* Calls look() with the number and the name of each thread that the kernel knows in this process. */
UNUSED static void for_each_task(void (*look)(int tid, const char *name))
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *entry;

	if (!tasks)
		UNSUPPORTED_BECAUSE("/proc/self/task cannot be read");
	while ((entry = readdir(tasks))) {
		char path[64], name[32] = "";
		int fd, tid = atoi(entry->d_name);
		ssize_t n;

		if (tid == 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/task/%d/comm", tid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0) {
			n = read(fd, name, sizeof(name) - 1);
			name[n > 0 ? n - 1 : 0] = '\0';
			close(fd);
		}
		look(tid, name);
	}
	closedir(tasks);
}

#endif
