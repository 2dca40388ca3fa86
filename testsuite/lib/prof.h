/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the heap profile share: a profile as it is written as text, taken apart and weighed as its readers
 * do. Include it behind check.h; nothing here allocates.
 */
#ifndef PROF_H
#define PROF_H

#include <dlfcn.h>
#include <hakmem.h>
#include <sys/mman.h>

struct prof_line {
	unsigned long n_live, live, n_taken, taken; /* samples, and their bytes */
	uintptr_t frame[64];
	unsigned n_frames;
};

struct prof_sums {
	double n_live, live, n_taken, taken; /* blocks and bytes, estimated */
	double var_live, var_taken;          /* of the bytes */
	unsigned long n_lines, n_samples;
};

/* 1 - exp(-x), without libm. */
UNUSED static double prof_chance(double x)
{
	double sum = 0, term = 1;
	unsigned n_halved = 0, i;

	if (x > 40)
		return 1;
	for (; x > 0.5; x /= 2)
		n_halved++;
	for (i = 1; i < 20; i++) {
		term *= -x / i;
		sum -= term;
	}
	for (; n_halved > 0; n_halved--)
		sum *= 2 - sum;
	return sum;
}

/* The profile as text, in a mapping. */
UNUSED static char *prof_text(void)
{
	size_t n = 0, size = MIB(64);
	char *text = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = (int)syscall(SYS_memfd_create, "profile", 0);
	ssize_t k;

	CHECK(fd >= 0 && text != MAP_FAILED);
	CHECK(hakmem_prof_write(fd, HAKMEM_PROF_TEXT) == 0);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	while ((k = read(fd, text + n, size - 1 - n)) > 0)
		n += (size_t)k;
	close(fd);
	CHECK(!strncmp(text, "heap profile: ", 14));
	return text;
}

UNUSED static void prof_free_text(char *text)
{
	munmap(text, MIB(64));
}

/* The next line of samples at *at. 0: there is none. */
UNUSED static int prof_next(const char **at, struct prof_line *line)
{
	const char *c = strchr(*at, '\n');
	char *end;

	if (c == NULL || c[1] == '\n' || c[1] == '\0')
		return 0;
	c++;
	line->n_live = strtoul(c, &end, 10);
	line->live = strtoul(end + 1, &end, 10);
	line->n_taken = strtoul(strchr(end, '[') + 1, &end, 10);
	line->taken = strtoul(end + 1, &end, 10);
	CHECK(end[0] == ']' && end[2] == '@', "%.60s", c);
	c = end + 3;
	for (line->n_frames = 0; *c == ' ' && line->n_frames < 64; c = end)
		line->frame[line->n_frames++] = strtoul(c, &end, 16);
	*at = c;
	return 1;
}

/* A function to be found in stacks: at most so many bytes of code, and no other one's among them, by
 * hak-cflags: -falign-functions=1024 */
#define PLANT_SIZE 1024
#define PLANTED __attribute__((noinline, aligned(PLANT_SIZE)))

/* Sums of all sites in whose stacks a PLANTED function is; of all, if it is NULL. */
UNUSED static struct prof_sums prof_sum(const char *text, const void *function)
{
	uintptr_t from = (uintptr_t)function;
	struct prof_sums sums = { 0 };
	struct prof_line line;
	double interval = strtod(strstr(text, "heap_v2/") + 8, NULL);
	const char *at = text;

	while (prof_next(&at, &line)) {
		double size = line.n_taken ? (double)line.taken / (double)line.n_taken : 0;
		double p = prof_chance(size / interval);
		int is_meant = function == NULL;
		unsigned i;

		for (i = 0; i < line.n_frames; i++)
			is_meant |= line.frame[i] - from < PLANT_SIZE;
		if (!is_meant || line.n_taken == 0)
			continue;
		sums.n_live += (double)line.n_live / p;
		sums.live += (double)line.live / p;
		sums.n_taken += (double)line.n_taken / p;
		sums.taken += (double)line.taken / p;
		sums.var_live += (double)line.n_live * (1 - p) / (p * p) * size * size;
		sums.var_taken += (double)line.n_taken * (1 - p) / (p * p) * size * size;
		sums.n_lines++;
		sums.n_samples += line.n_live;
	}
	return sums;
}

#endif
