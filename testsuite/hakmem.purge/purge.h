/* SPDX-License-Identifier: MIT */
/* What the tests of purging share: waits for memory to go back, and the scene: 300,000 blocks of 700 to
 * 2,100 bytes, some 400 MiB, of which all or 19 in 20 are freed. */
#ifndef PURGE_H
#define PURGE_H
#include "check.h"
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/wait.h>

#define N_SCENE 300000

static unsigned char *scene[N_SCENE];

/* Waits, without allocating anything, until at most `most` bytes are resident, or for so many seconds. */
UNUSED static size_t settle(size_t most, double seconds)
{
	double end = now() + seconds;
	size_t n;

	while ((n = rss()) > most && now() < end)
		usleep(50000);
	return n;
}

/* Runs check(arg) in a forked child, which must end well. */
UNUSED static void in_child(void (*check)(size_t), size_t arg)
{
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	if (child == 0) {
		check(arg);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0, "a child ended with %#x", (unsigned)status);
}

UNUSED static void be_idle(double seconds)
{
	double end = now() + seconds;

	while (now() < end)
		usleep(50000);
}

static size_t scene_size(size_t i)
{
	return 700 + i % 3 * 700;
}

UNUSED static void scene_make(void)
{
	size_t i;

	for (i = 0; i < N_SCENE; i++) {
		scene[i] = malloc(scene_size(i));
		CHECK(scene[i]);
		memset(scene[i], (int)(i % 251), scene_size(i));
	}
}

/* Frees the blocks from `from` in steps of `step`, but for one in keep; keep 0: all. */
UNUSED static void scene_free(size_t from, size_t step, size_t keep)
{
	size_t i;

	for (i = from; i < N_SCENE; i += step) {
		if (keep && i % keep == 0)
			continue;
		free(scene[i]);
		scene[i] = NULL;
	}
}

/* What is alive is as it was written. */
UNUSED static void scene_verify(void)
{
	size_t i, k;

	for (i = 0; i < N_SCENE; i++)
		for (k = 0; scene[i] && k < scene_size(i); k++)
			CHECK(scene[i][k] == i % 251, "block %zu, byte %zu", i, k);
}

/* The threshold for the scene with one block in 20 alive, on 4 KiB pages. */
UNUSED static void need_small_pages(void)
{
	if (sysconf(_SC_PAGESIZE) > 4096)
		UNSUPPORTED_BECAUSE("OS pages of %ld bytes hold too much of what is alive",
				    sysconf(_SC_PAGESIZE));
}

/* A program that does little: 1,000 small allocations a second, until at most `most` bytes are resident, or for so many
 * seconds. */
UNUSED static size_t work_lightly(size_t most, double seconds)
{
	double end = now() + seconds;
	void *p[10];
	size_t n, i;

	while ((n = rss()) > most && now() < end) {
		for (i = 0; i < N_OF(p); i++)
			CHECK((p[i] = malloc(16 + i * 50)));
		for (i = 0; i < N_OF(p); i++)
			free(p[i]);
		usleep(10000);
	}
	return n;
}

/* One block in 20 is alive: little is resident after 5 idle seconds, less after malloc_trim(0), and all of it is right. */
UNUSED static void scene_check_some(void)
{
	size_t n;

	be_idle(5);
	n = settle(MIB(110), 5);
	CHECK(n <= MIB(110), "%zu resident", n);
	malloc_trim(0);
	n = rss();
	CHECK(n <= MIB(90), "%zu resident after malloc_trim(0)", n);
	scene_verify();
}

#endif
