/* SPDX-License-Identifier: MIT */
/* hak-plain: expects the verdicts of other processes */
/* hak-link: shared */
/* hak-conf: on_error:report */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): pointer inside a block \(class 64, thread [0-9]+\)$ */
/* Of the calls in a program the one that is wrong is told of, and no innocent one later: one line for each place that
 * errs, with its call's name, and no error is counted but theirs. */
#include "check.h"
#include <hakmem.h>
#include <sys/wait.h>

static uint64_t n_errors(void)
{
	struct hakmem_stats stats;

	CHECK(hakmem_stats_get(&stats, sizeof(stats)) == sizeof(stats));
	return stats.n_errors;
}

static NOINLINE void err_by_free(char *p)
{
	free(hide(p + 16));
	__asm__ volatile("");
}

static NOINLINE void err_by_realloc(char *p)
{
	CHECK(hide(realloc(hide(p + 32), 500)) == NULL);
}

/* Whatever is right, with blocks of the size that others err about. */
static NOINLINE void work(void)
{
	static char *blocks[3000];
	size_t i;

	for (i = 0; i < N_OF(blocks); i++)
		CHECK(blocks[i] = i % 2 ? malloc(60) : calloc(3, 20));
	for (i = 0; i < N_OF(blocks); i += 3) {
		CHECK(malloc_usable_size(blocks[i]) >= 60);
		CHECK(blocks[i] = realloc(blocks[i], 5000));
	}
	for (i = 0; i < N_OF(blocks); i++)
		free(blocks[i]);
	malloc_trim(0);
	CHECK(hakmem_check() == 0);
}

static void err_and_work(char *p)
{
	int i;

	for (i = 0; i < 20; i++) {
		err_by_free(p);
		work();
		err_by_realloc(p);
		work();
	}
	CHECK(n_errors() == 40, "%llu errors counted", (unsigned long long)n_errors());
	exit(0);
}

int main(void)
{
	char text[8192], wanted[400], *p = hide(malloc(64));
	size_t n_read = 0;
	int fds[2], status;
	pid_t child;
	ssize_t n;

	CHECK(p);
	CHECK(pipe(fds) == 0);
	child = fork();
	if (child == 0) {
		CHECK(dup2(fds[1], 2) == 2);
		close(fds[1]);
		err_and_work(p);
	}
	close(fds[1]);
	while ((n = read(fds[0], text + n_read, sizeof(text) - 1 - n_read)) > 0)
		n_read += (size_t)n;
	text[n_read] = '\0';
	dprintf(2, "%s", text);
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	snprintf(wanted, sizeof(wanted),
		 "hakmem: free(%p): pointer inside a block (class 64, thread %d)\n"
		 "hakmem: realloc(%p): pointer inside a block (class 64, thread %d)\n",
		 (void *)(p + 16), (int)child, (void *)(p + 32), (int)child);
	CHECK(!strcmp(text, wanted), "wanted %s", wanted);
	return 0;
}
