/* SPDX-License-Identifier: MIT */
/*
 * The frame of the tests that a wrong call is told of in that very call. A test lists its wrongs: what makes the
 * bad pointer, who passes it to which call, and the verdict. Each is tried at every size from 16 B to 8 MiB, in
 * every place that a program can err in, on a fresh heap and on one with 64 MB of mixed blocks, each time in a
 * forked process. That has to die of SIGABRT after the call was begun and before it ended, with one line on
 * stderr: the call's name, the pointer, the verdict, and the thread that made the call.
 */
#ifndef AT_ONCE_H
#define AT_ONCE_H
#include "scenery.h"

struct wrong {
	const char *name;
	void *(*prepare)(size_t size); /* all that is right about it; returns the bad pointer, or NULL: not at this size */
	void (*commit)(void *p, size_t size); /* makes the call, by WRONG() */
	const char *verdict;           /* extended regular expression */
};

extern const struct wrong wrongs[];
extern const size_t n_wrongs;

enum stage { NOT_YET, IN_THE_CALL, PAST_IT };

/* What the process leaves to its parent. */
struct trace {
	enum stage at;
	const char *call;
	void *p;
	pid_t thread;
};

static struct trace *trace;

/* Makes the call, which is wrong about p. Nothing before it may be told of, and nothing after it happens. */
#define WRONG(name, ptr, ...) \
	do { \
		trace->call = name; \
		trace->p = ptr; \
		trace->thread = (pid_t)syscall(SYS_gettid); \
		__atomic_store_n(&trace->at, IN_THE_CALL, __ATOMIC_SEQ_CST); \
		__VA_ARGS__; \
		__atomic_store_n(&trace->at, PAST_IT, __ATOMIC_SEQ_CST); \
	} while (0)

static volatile size_t n_usable;

UNUSED static void by_free(void *p, size_t size)
{
	(void)size;
	WRONG("free", p, free(hide(p)));
}

UNUSED static void by_realloc(void *p, size_t size)
{
	WRONG("realloc", p, p = hide(realloc(hide(p), size)));
}

UNUSED static void by_realloc_growing(void *p, size_t size)
{
	WRONG("realloc", p, p = hide(realloc(hide(p), size * 3 + 100000)));
}

UNUSED static void by_realloc_zero(void *p, size_t size)
{
	(void)size;
	WRONG("realloc", p, p = hide(realloc(hide(p), hide_n(0))));
}

UNUSED static void by_reallocarray(void *p, size_t size)
{
	WRONG("reallocarray", p, p = hide(reallocarray(hide(p), 1, size)));
}

UNUSED static void by_usable_size(void *p, size_t size)
{
	(void)size;
	WRONG("malloc_usable_size", p, n_usable = malloc_usable_size(hide(p)));
}

#define INSIDE "pointer inside a block"
#define NOT_OURS "not a block of ours"
#define ANY_VERDICT \
	"(double free|pointer inside a block|misaligned pointer|pointer into a free slab|not a block of ours)"

#ifndef SIZES
#define SIZES 16, 48, 64, 200, 1000, 1024, 3000, 10000, 40000, 65536, 300000, MIB(2), MIB(8)
#endif

static const size_t at_once_sizes[] = { SIZES };

static struct {
	const struct wrong *wrong;
	size_t size;
	void *p;
} now_tried;

#define NOT_AT_THIS_SIZE 76 /* exit code */

static void prepare(void *unused)
{
	(void)unused;
	now_tried.p = now_tried.wrong->prepare(now_tried.size);
	if (!now_tried.p)
		_exit(NOT_AT_THIS_SIZE);
}

static void commit(void *unused)
{
	(void)unused;
	now_tried.wrong->commit(now_tried.p, now_tried.size);
}

static void prepare_and_commit(void *unused)
{
	prepare(unused);
	commit(unused);
}

static void handle(int number)
{
	(void)number;
	commit(NULL);
}

/* The places. */

static void by_owner(void)
{
	prepare_and_commit(NULL);
}

static void by_other_thread(void)
{
	prepare(NULL);
	in_thread(commit, NULL);
}

static void by_owner_not_main(void)
{
	in_thread(prepare_and_commit, NULL);
}

static void after_owner_died(void)
{
	in_thread(prepare, NULL);
	commit(NULL);
}

static void by_handler(void)
{
	prepare(NULL);
	signal(SIGUSR1, handle);
	raise(SIGUSR1);
}

static void by_child(void)
{
	pid_t child;
	int status;

	prepare(NULL);
	child = fork();
	if (child == 0) {
		commit(NULL);
		_exit(0);
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child);
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
	}
	_exit(WEXITSTATUS(status));
}

static const struct {
	const char *name;
	void (*run)(void);
} places[] = {
	{ "by the owner", by_owner }, { "by another thread", by_other_thread },
	{ "by its owner, not main", by_owner_not_main }, { "after its owner's death", after_owner_died },
	{ "in a signal handler", by_handler }, { "after fork", by_child },
};

/* Says what is not as it should be, at most a few times, and goes on. */
static unsigned n_unlike;

__attribute__((format(printf, 1, 2))) static void unlike(const char *format, ...)
{
	va_list args;

	if (++n_unlike > 40)
		return;
	va_start(args, format);
	vdprintf(2, format, args);
	va_end(args);
}

static int said_right(const char *text, const char *verdict)
{
	char pattern[400];
	regex_t regex;
	int is_right;

	snprintf(pattern, sizeof(pattern),
		 "^hakmem: %s\\(%p\\): %s \\(class ([0-9]+|run|large|none), thread %d\\)\n$", trace->call, trace->p,
		 verdict, (int)trace->thread);
	CHECK(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) == 0);
	is_right = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return is_right;
}

static int try_one(const struct wrong *wrong, size_t size, size_t place, const char *heap)
{
	static char text[4096];
	int fds[2], status;
	ssize_t n;
	pid_t child;

	memset(trace, 0, sizeof(*trace));
	now_tried.wrong = wrong;
	now_tried.size = size;
	CHECK(pipe2(fds, O_NONBLOCK | O_CLOEXEC) == 0);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		alarm(30);
		dup2(fds[1], 2);
		places[place].run();
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	n = read(fds[0], text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	close(fds[0]);
	close(fds[1]);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_AT_THIS_SIZE)
		return 0;
#define TELL(what, ...) \
	unlike("%s, size %zu, %s, %s heap: " what "\n", wrong->name, size, places[place].name, heap, __VA_ARGS__)
	if (trace->at == NOT_YET)
		TELL("did not come to the wrong call: wait status %#x, said \"%s\"", (unsigned)status, text);
	else if (trace->at == PAST_IT)
		TELL("went on behind %s(%p); said \"%s\"", trace->call, trace->p, text);
	else if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
		TELL("wait status %#x, not SIGABRT; said \"%s\"", (unsigned)status, text);
	else if (!said_right(text, wrong->verdict))
		TELL("%s(%p) said \"%s\", wanted %s, once", trace->call, trace->p, text, wrong->verdict);
#undef TELL
	return 1;
}

/* On the large heap, where a fork is slow, the first wrong is tried at all sizes in all places, each other one at
 * every size in some places and in every place at some sizes. */
static void try_all(const char *heap, int is_slow)
{
	size_t w, s, p;
	int n;

	for (w = 0; w < n_wrongs; w++) {
		for (n = 0, s = 0; s < N_OF(at_once_sizes); s++)
			for (p = 0; p < N_OF(places); p++)
				if (!is_slow || w == 0 || (s + p + w) % 4 == 0)
					n += try_one(&wrongs[w], at_once_sizes[s], p, heap);
		if (n == 0)
			unlike("%s: cannot be tried at any size on the %s heap\n", wrongs[w].name, heap);
	}
}

/* Threads at once. Their stacks, and what libc allocates for each, are there from now on: a thread that is started
 * after a free takes no new block, which could be the freed one. */
static void start_threads(void *n)
{
	if (n)
		in_thread(start_threads, (void *)((uintptr_t)n - 1));
}

UNUSED static int run_wrongs(void)
{
	struct rlimit no_core = { 0, 0 };

	setrlimit(RLIMIT_CORE, &no_core);
	trace = (struct trace *)mmap(NULL, sizeof(*trace), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(trace != MAP_FAILED);
	start_threads((void *)3);
	try_all("fresh", 0);
	warm();
	try_all("warm", 1);
	if (n_unlike)
		dprintf(2, "%u in all\n", n_unlike);
	return n_unlike != 0;
}

/* The test lists its wrongs with this and needs no more. */
#define WRONGS(...) \
	const struct wrong wrongs[] = { __VA_ARGS__ }; \
	const size_t n_wrongs = N_OF(wrongs); \
	int main(void) \
	{ \
		return run_wrongs(); \
	}

#endif
