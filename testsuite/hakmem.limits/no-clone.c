/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 60 */
/* In a child that may start no thread, by a filter or by its limit on processes, freed memory goes back as ever. */
#include "../hakmem.fork/child.h"
#include "filter.h"
#include <sys/resource.h>

#define N 40000
#define SIZE 3000
#define MOST MIB(32)

static void *blocks[N];

static void fill_all(void)
{
	size_t i;

	for (i = 0; i < N; i++) {
		CHECK((blocks[i] = malloc(SIZE)));
		memset(blocks[i], 1, SIZE);
	}
}

static void free_all(void)
{
	size_t i;

	for (i = 0; i < N; i++)
		free(blocks[i]);
}

/* Light work, up to so many seconds, until little is left. */
static size_t wait_for_less(double seconds)
{
	double end = now() + seconds;
	uint64_t random = 7;
	void *p[500];
	size_t i;

	while (rss() > MOST && now() < end) {
		for (i = 0; i < N_OF(p); i++)
			CHECK((p[i] = malloc(1 + rnd_size(&random, 2000))));
		for (i = 0; i < N_OF(p); i++)
			free(p[i]);
		free(hide(malloc(200000))); /* never a hit */
		usleep(20000);
	}
	return rss();
}

static void check_child(const char *how, void (*forbid)(void))
{
	pid_t child = fork();
	size_t n;

	if (child == 0) {
		alarm(CHILD_SECONDS);
		forbid();
		fill_all();
		free_all();
		n = wait_for_less(6);
		CHECK(n <= MOST, "%s: %zu resident of %zu", how, n, (size_t)N * SIZE);
		_exit(0);
	}
	wait_child(child);
}

static void by_filter(void)
{
	static const int calls[] = { SYS_clone, SYS_clone3 };

	filter_calls(calls, N_OF(calls), EAGAIN);
}

static void by_limit(void)
{
	struct rlimit limit = { 1, 1 };

	CHECK(setrlimit(RLIMIT_NPROC, &limit) == 0);
	CHECK(getuid() != 0 || setuid(65534) == 0);
}

int main(void)
{
	fill_all();
	free_all();
	CHECK(wait_for_less(8) <= MOST, "%zu resident in the parent", rss());
	check_child("by a filter", by_filter);
	check_child("by a limit", by_limit);
	return 0;
}
