/* SPDX-License-Identifier: MIT */
/* What the tests of the profile's readers run: two planted functions, one of which has most and frees it half way; a
 * profile in each format before and after, named by the first argument. */
#include <fcntl.h>
#include <hakmem.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *kept[4000];

__attribute__((noinline)) void plant_much(void)
{
	for (int i = 0; i < 2000; i++)
		kept[i] = malloc(50000);
	__asm__ volatile("" : : : "memory");
}

__attribute__((noinline)) void plant_little(void)
{
	for (int i = 2000; i < 4000; i++)
		kept[i] = calloc(1, 10000);
	__asm__ volatile("" : : : "memory");
}

static void write_all(const char *name, const char *when)
{
	static const char *const ends[] = { "pb.gz", "heap", "folded" };

	for (int format = HAKMEM_PROF_PPROF; format <= HAKMEM_PROF_FOLDED; format++) {
		char path[300];
		int fd;

		snprintf(path, sizeof(path), "%s-%s.%s", name, when, ends[format]);
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
		if (fd < 0 || hakmem_prof_write(fd, (enum hakmem_prof_format)format) != 0)
			exit(3);
		close(fd);
	}
}

int main(int argc, char **argv)
{
	if (argc != 2 || hakmem_prof_start() != 0)
		return 2;
	plant_much();
	plant_little();
	write_all(argv[1], "before");
	for (int i = 0; i < 2000; i++)
		free(kept[i]);
	write_all(argv[1], "after");
	return 0;
}
