/* SPDX-License-Identifier: MIT */
/*
 * startup: what an allocator costs a process that hardly uses it. The program starts itself again and
 * again; the child allocates one block and exits. An operation is one process, from spawn to wait. The
 * memory reported is that of a child.
 */
#include "bench.h"
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

static uint64_t cpu_ns(const struct rusage *ru)
{
	return (uint64_t)(ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) * 1000000000u +
		(uint64_t)(ru->ru_utime.tv_usec + ru->ru_stime.tv_usec) * 1000u;
}

/* Writes what it has resident to the descriptor. */
static int be_child(int fd)
{
	uint64_t kib;
	void *p = malloc(64);

	bench_keep(p);
	free(p);
	if (fd >= 0) {
		kib = bench_rss_kib();
		if (write(fd, &kib, sizeof(kib)) != (ssize_t)sizeof(kib))
			return 1;
	}
	return p ? 0 : 1;
}

static void spawn(struct bench *b, const char *self, const char *fd)
{
	char *args[] = { (char *)"startup", (char *)"--child", (char *)fd, NULL };
	pid_t pid;
	int status;

	if (posix_spawn(&pid, self, NULL, NULL, args, environ) || waitpid(pid, &status, 0) != pid || status)
		bench_die(b, "the child failed");
}

int main(int argc, char **argv)
{
	struct bench b;
	struct rusage kids0, kids1;
	uint64_t n, kib = 0;
	char self[4096], fd[16];
	ssize_t len;
	int ends[2];

	if (argc == 3 && strcmp(argv[1], "--child") == 0)
		return be_child(atoi(argv[2]));
	bench_init(&b, "startup", "[processes]", argc, argv);
	n = bench_num(&b, 1, 2000, 1, UINT32_MAX);
	bench_args_end(&b, 1);
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len <= 0 || pipe(ends))
		bench_die(&b, "cannot find itself");
	self[len] = '\0';

	getrusage(RUSAGE_CHILDREN, &kids0);
	bench_start(&b);
	for (uint64_t i = 0; i < n; i++)
		spawn(&b, self, "-1");
	bench_stop(&b);
	getrusage(RUSAGE_CHILDREN, &kids1);
	b.ru0 = kids0;
	b.ru1 = kids1;
	b.cpu_ns = cpu_ns(&kids1) - cpu_ns(&kids0);
	snprintf(fd, sizeof(fd), "%d", ends[1]);
	spawn(&b, self, fd);
	if (read(ends[0], &kib, sizeof(kib)) != (ssize_t)sizeof(kib))
		bench_die(&b, "the child said nothing");
	b.rss_kib = b.peak_kib = kib;
	bench_report(&b, n, ",\"faults_per_process\":%.1f",
		     (double)(kids1.ru_minflt - kids0.ru_minflt) / (double)n);
	return 0;
}
