/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/*
 * Threads hold stdio's locks and allocate under them (getdelim, fopen, fflush of all) while others fork:
 * fork takes stdio's locks, so an allocator's lock held across fork would close the circle.
 */
#include "child.h"

#define N_THREADS 3

static void *lines(void *arg_)
{
	(void)arg_;
	while (!__atomic_load_n(&must_stop, __ATOMIC_RELAXED)) {
		FILE *file = fopen("/proc/self/maps", "r");
		char *line = NULL;
		size_t size = 0;

		CHECK(file);
		while (getdelim(&line, &size, '\n', file) > 0)
			;
		free(line);
		fclose(file);
	}
	return NULL;
}

static void *memory_stream(void *arg_)
{
	(void)arg_;
	while (!__atomic_load_n(&must_stop, __ATOMIC_RELAXED)) {
		char *text = NULL;
		size_t size = 0, i;
		FILE *file = open_memstream(&text, &size);

		CHECK(file);
		for (i = 0; i < 500; i++)
			fprintf(file, "%zu and so on\n", i);
		fflush(NULL);
		fclose(file);
		free(text);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	size_t n_forks = arg(argc, argv, 1, 600), i;
	pthread_t threads[2 * N_THREADS];

	for (i = 0; i < N_THREADS; i++) {
		CHECK(pthread_create(&threads[2 * i], NULL, lines, NULL) == 0);
		CHECK(pthread_create(&threads[2 * i + 1], NULL, i ? memory_stream : churn, (void *)i) == 0);
	}
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
	stop_churn(threads, 2 * N_THREADS);
	return 0;
}
