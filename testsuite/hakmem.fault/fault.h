/* SPDX-License-Identifier: MIT */
/*
 * The frame of the misuse tests. A test lists its faults; each is committed in a process of its own,
 * on a heap of 64 MB of mixed blocks, twice: by default, where the process must end in SIGABRT before
 * commit() has ended, and with on_error:report, where it must go on, exit with 0 and have a sound heap.
 * Both times the verdict must be on stderr, and no other word of the library. at-once.h is stricter about
 * when a verdict comes, and has more places; here each process is a fresh one, and its heap is looked at
 * after a report.
 */
#ifndef FAULT_H
#define FAULT_H
#include "scenery.h"

/* Threads that err at the same moment may all be heard before one of them ends the process. */
#ifndef MAX_LINES
#define MAX_LINES 1
#endif

/* What HAKMEM_CONF has besides on_error. */
#ifndef CONF
#define CONF ""
#endif

/* Where two calls are wrong only together, the verdict may wait until the block would be handed out again. */
#ifndef MAY_BE_LATE
#define MAY_BE_LATE 0
#endif

struct fault {
	const char *name;
	void (*commit)(size_t size); /* ends right after the fault; the process then exits */
	size_t size;
	const char *verdict; /* extended regular expression */
};

extern const struct fault faults[];
extern const size_t n_faults;

/* The same fault for blocks of every tier: tiny, mid, large. */
#define TINY_SIZES(name, commit, verdict) \
	{ name " of 16", commit, 16, verdict }, { name " of 64", commit, 64, verdict }, \
		{ name " of 1024", commit, 1024, verdict }
#define MID_SIZES(name, commit, verdict) \
	{ name " of 4000", commit, 4000, verdict }, { name " of 40 KiB", commit, KIB(40), verdict }, \
		{ name " of 300 KiB", commit, KIB(300), verdict }
#define LARGE_SIZES(name, commit, verdict) { name " of 8 MiB", commit, MIB(8), verdict }
#define ALL_SIZES(name, commit, verdict) \
	TINY_SIZES(name, commit, verdict), MID_SIZES(name, commit, verdict), \
		LARGE_SIZES(name, commit, verdict)

#define DOUBLE_SIZES(name, commit) \
	TINY_SIZES(name, commit, DOUBLE), MID_SIZES(name, commit, DOUBLE_LARGE), \
		LARGE_SIZES(name, commit, DOUBLE_LARGE)

/* After a reported fault the warm blocks are as they were and new ones do not overlap. */
UNUSED static void check_sound(size_t size)
{
	static unsigned char *fresh[2000];
	size_t i, n = size ? size : 1, n_fresh = MIB(64) / n < N_OF(fresh) ? MIB(64) / n : N_OF(fresh);

	for (i = 0; i < N_OF(warm_blocks); i++) {
		if (!warm_blocks[i].p)
			continue;
		CHECK(filled_thin(warm_blocks[i].p, warm_blocks[i].n, i) == warm_blocks[i].n,
		      "warm block %zu", i);
		free(warm_blocks[i].p);
	}
	for (i = 0; i < n_fresh; i++) {
		fresh[i] = (unsigned char *)malloc(n);
		CHECK(fresh[i]);
		fill_thin(fresh[i], n, i);
	}
	for (i = 0; i < n_fresh; i++)
		CHECK(filled_thin(fresh[i], n, i) == n, "two blocks overlap after the report");
	for (i = 0; i < n_fresh; i++)
		free(fresh[i]);
}

/* Enough frees of this size to flush every cache that holds a block of it, and more than one grows to hold. */
UNUSED static void flush_caches(size_t size)
{
	static void *others[400000];
	size_t n = MIB(8) / (size + 8), i; /* large blocks are in none */

	if (n > N_OF(others))
		n = N_OF(others);
	for (i = 0; i < n; i++)
		CHECK(others[i] = malloc(size));
	for (i = 0; i < n; i++)
		free(others[i]);
}

static int is_reporting(void)
{
	const char *conf = getenv("HAKMEM_CONF");

	return conf && strstr(conf, "on_error:report");
}

/* Behind a fault: where no report was asked for, nothing may come here. */
UNUSED static void end_behind_fault(void)
{
	if (!is_reporting())
		_exit(3);
	exit(0);
}

static int run_child(const struct fault *fault)
{
	alarm(60);
	warm();
	fault->commit(fault->size);
	if (!is_reporting() && !MAY_BE_LATE)
		end_behind_fault();
	flush_caches(fault->size ? fault->size : 64);
	if (is_reporting())
		check_sound(fault->size);
	exit(0);
}

struct child {
	pid_t pid;
	int from; /* its stderr */
};

/* Starts this program again for one fault. */
static struct child spawn(const char *number, const char *conf)
{
	char *words[] = { (char *)(uintptr_t)"fault", (char *)(uintptr_t)number, NULL };
	struct rlimit no_core = { 0, 0 };
	struct child child;
	int fds[2];

	CHECK(pipe2(fds, O_CLOEXEC) == 0);
	child.pid = fork();
	CHECK(child.pid >= 0);
	if (child.pid == 0) {
		setenv("HAKMEM_CONF", conf, 1);
		setrlimit(RLIMIT_CORE, &no_core);
		dup2(fds[1], 2);
		exec_self(words, environ);
		_exit(99);
	}
	close(fds[1]);
	child.from = fds[0];
	return child;
}

/* Waits for its end; what it said goes to text. Returns its wait status. */
static int collect(struct child child, char *text, size_t size)
{
	size_t n_read = 0;
	ssize_t n;
	int status;

	while ((n = read(child.from, text + n_read, size - 1 - n_read)) > 0)
		n_read += (size_t)n;
	text[n_read] = '\0';
	close(child.from);
	CHECK(waitpid(child.pid, &status, 0) == child.pid);
	return status;
}

/* A failed expectation: said, counted, and the next fault is tried. */
static unsigned n_wrong;

#define EXPECT(cond, ...) \
	do { \
		if (!(cond)) { \
			dprintf(2, __VA_ARGS__); \
			n_wrong++; \
		} \
	} while (0)

#define LINE_HEAD "^hakmem: [a-z_]+\\((0x[0-9a-f]+|\\(nil\\))\\): "
#define LINE_TAIL " \\(class ([0-9]+|run|large|none), thread [0-9]+\\)$"

/* Counts the verdict's lines; any other line is a failure. */
static int count_verdicts(const struct fault *fault, const char *mode, char *text)
{
	char *line, *rest = text, pattern[300];
	regex_t regex;
	int n = 0;

	snprintf(pattern, sizeof(pattern), LINE_HEAD "%s" LINE_TAIL, fault->verdict);
	CHECK(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) == 0);
	while ((line = strsep(&rest, "\n"))) {
		if (!*line || !strncmp(line, "qemu: ", 6)) /* an emulator's word about the signal */
			continue;
		EXPECT(regexec(&regex, line, 0, NULL, 0) == 0, "%s, on_error:%s: said \"%s\", wanted %s\n",
		       fault->name, mode, line, fault->verdict);
		n++;
	}
	regfree(&regex);
	return n;
}

UNUSED static void check_fault(const struct fault *fault, const char *number)
{
	static char text[65536];
	struct child aborts = spawn(number, CONF "on_error:abort");
	struct child reports = spawn(number, CONF "on_error:report");
	int status, n;

	status = collect(aborts, text, sizeof(text));
	n = count_verdicts(fault, "abort", text);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "%s: wait status %#x, not SIGABRT\n",
	       fault->name, (unsigned)status);
	EXPECT(n >= 1 && n <= MAX_LINES, "%s: %d lines\n", fault->name, n);

	status = collect(reports, text, sizeof(text));
	n = count_verdicts(fault, "report", text);
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s, on_error:report: wait status %#x\n",
	       fault->name, (unsigned)status);
	EXPECT(n >= 1, "%s, on_error:report: no line\n", fault->name);
}

/* The test lists its faults with this and needs no more. */
#define FAULTS(...) \
	const struct fault faults[] = { __VA_ARGS__ }; \
	const size_t n_faults = N_OF(faults); \
	int main(int argc, char **argv) \
	{ \
		return run_faults(argc, argv); \
	}

UNUSED static int run_faults(int argc, char **argv)
{
	char number[20];
	size_t i;

	if (argc == 2)
		return run_child(&faults[atoi(argv[1])]);
	for (i = 0; i < n_faults; i++) {
		snprintf(number, sizeof(number), "%zu", i);
		check_fault(&faults[i], number);
	}
	return n_wrong != 0;
}

#endif
