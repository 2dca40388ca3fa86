/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/*
 * Threads hold stdio's locks and allocate under them (getdelim, fopen, fflush of all) while others fork:
 * fork takes stdio's locks, so an allocator's lock held across fork would close the circle.
 */
#include "child.h"

static char path[] = "line-XXXXXX";

/* One long line: read with its FILE locked, into memory that grows meanwhile. */
static void *lines(void *unused)
{
	while (!__atomic_load_n(&must_stop, __ATOMIC_RELAXED)) {
		FILE *file = fopen(path, "r");
		char *line = NULL;
		size_t size = 0;

		CHECK(file);
		while (getdelim(&line, &size, '\n', file) > 0)
			;
		free(line);
		fclose(file);
	}
	return unused;
}

/* Waits for each FILE with the lock on the list of all of them held. */
static void *flushes(void *unused)
{
	while (!__atomic_load_n(&must_stop, __ATOMIC_RELAXED))
		fflush(NULL);
	return unused;
}

static void *memory_stream(void *unused)
{
	while (!__atomic_load_n(&must_stop, __ATOMIC_RELAXED)) {
		char *text = NULL;
		size_t size = 0, i;
		FILE *file = open_memstream(&text, &size);

		CHECK(file);
		for (i = 0; i < 500; i++)
			fprintf(file, "%zu and so on\n", i);
		fclose(file);
		free(text);
	}
	return unused;
}

static void write_line(void)
{
	static char text[65536];
	int fd = mkstemp(path), i;

	CHECK(fd >= 0);
	memset(text, 'x', sizeof(text));
	for (i = 0; i < 16; i++)
		CHECK(write(fd, text, sizeof(text)) == sizeof(text));
	close(fd);
}

int main(int argc, char **argv)
{
	size_t n_forks = arg(argc, argv, 1, 400), i;
	void *(*const works[])(void *) = { lines, lines, lines, flushes, memory_stream, churn };
	pthread_t threads[N_OF(works)];

	write_line();
	for (i = 0; i < N_OF(works); i++)
		CHECK(pthread_create(&threads[i], NULL, works[i], NULL) == 0);
	for (i = 0; i < n_forks; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			FILE *file;

			alarm(CHILD_SECONDS);
			use_heap(i);
			file = fopen("/dev/null", "w");
			CHECK(file);
			fprintf(file, "%zu\n", i);
			fclose(file);
			_exit(0);
		}
		wait_child(pid);
	}
	stop_churn(threads, N_OF(works));
	unlink(path);
	return 0;
}
