/* SPDX-License-Identifier: MIT */
/*
 * bench.h: what the benchmarks share: arguments, the clock, memory figures, random numbers and
 * the report (one JSON line, one for people).
 *
 * Owns no memory. Between bench_start() and bench_pause() or bench_stop() nothing here calls the
 * allocator.
 * Threads: everything here belongs to the main thread, apart from the random numbers and
 * bench_keep(), which have no shared state.
 */
#ifndef BENCH_H
#define BENCH_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct bench {
	const char *name;	/* the program */
	const char *usage;	/* its arguments, in words */
	int argc;
	char **argv;		/* [0] the program, then the arguments that are not flags */
	char words[256];	/* the arguments as given, for the report */
	uint64_t t0, cpu_t0;	/* ns; when bench_start() was called */
	uint64_t ns;		/* between start and pause or stop, summed */
	uint64_t cpu_ns;	/* CPU time of all threads, the same way */
	struct rusage ru0, ru1;	/* at start and at stop */
	uint64_t rss_kib;	/* resident when bench_stop() was called */
	uint64_t peak_kib;	/* the most resident at any time so far */
};

/* Ends the program with a message. */
__attribute__((noreturn, format(printf, 2, 3)))
static inline void bench_die(const struct bench *b, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", b->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

__attribute__((noreturn))
static inline void bench_usage(const struct bench *b)
{
	fprintf(stderr, "usage: %s %s\n", b->name, b->usage);
	exit(2);
}

static inline void bench_init(struct bench *b, const char *name, const char *usage, int argc, char **argv)
{
	size_t len = 0;

	memset(b, 0, sizeof(*b));
	b->name = name;
	b->usage = usage;
	b->argc = argc;
	b->argv = argv;
	for (int i = 1; i < argc; i++) {
		int n = snprintf(b->words + len, sizeof(b->words) - len, "%s%s", i > 1 ? " " : "", argv[i]);

		/* The words go into JSON unescaped: refuse what would need escaping. */
		if (n < 0 || len + (size_t)n >= sizeof(b->words) || strpbrk(argv[i], "\"\\\n"))
			bench_usage(b);
		len += (size_t)n;
	}
}

/* True if the flag was given; takes it out of the arguments. */
static inline bool bench_flag(struct bench *b, const char *flag)
{
	for (int i = 1; i < b->argc; i++) {
		if (strcmp(b->argv[i], flag) != 0)
			continue;
		for (int k = i; k + 1 < b->argc; k++)
			b->argv[k] = b->argv[k + 1];
		b->argc--;
		return true;
	}
	return false;
}

/* Argument idx (1 is the first) as a word, or the default. */
static inline const char *bench_word(const struct bench *b, int idx, const char *preset)
{
	return idx < b->argc ? b->argv[idx] : preset;
}

/* Argument idx (1 is the first) as a number within [lo, hi], or the default. */
static inline uint64_t bench_num(const struct bench *b, int idx, uint64_t preset, uint64_t lo, uint64_t hi)
{
	char *end;
	uint64_t n;

	if (idx >= b->argc)
		return preset;
	errno = 0;
	n = strtoull(b->argv[idx], &end, 10);
	if (errno || *end || end == b->argv[idx] || b->argv[idx][0] == '-' || n < lo || n > hi) {
		fprintf(stderr, "%s: \"%s\" is not a number from %" PRIu64 " to %" PRIu64 "\n", b->name,
			b->argv[idx], lo, hi);
		bench_usage(b);
	}
	return n;
}

/* Call when all arguments are read: refuses more than n_max of them. */
static inline void bench_args_end(const struct bench *b, int n_max)
{
	if (b->argc - 1 > n_max)
		bench_usage(b);
}

static inline uint64_t bench_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Nanoseconds of the monotonic clock. */
static inline uint64_t bench_now(void)
{
	return bench_clock(CLOCK_MONOTONIC);
}

/* The value in KiB after the label in a file of /proc, 0 if there is none. */
static inline uint64_t bench_proc_kib(const char *path, const char *label)
{
	char text[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	char *at;

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	at = strstr(text, label);
	return at ? strtoull(at + strlen(label), NULL, 10) : 0;
}

/* Resident memory now, KiB. Exact where the kernel has smaps_rollup: VmRSS may lag behind. */
static inline uint64_t bench_rss_kib(void)
{
	uint64_t kib = bench_proc_kib("/proc/self/smaps_rollup", "\nRss:");

	return kib ? kib : bench_proc_kib("/proc/self/status", "\nVmRSS:");
}

/* Memory that is not the allocator's, zeroed and resident, for the benchmark's own arrays. */
static inline void *bench_map(const struct bench *b, size_t size)
{
	void *p = mmap(NULL, size ? size : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		       -1, 0);

	if (p == MAP_FAILED)
		bench_die(b, "no memory for %zu bytes of its own", size);
	return p;
}

static inline void bench_start(struct bench *b)
{
	if (!b->ns)
		getrusage(RUSAGE_SELF, &b->ru0);
	b->cpu_t0 = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
	b->t0 = bench_now();
}

/* Stops the clocks until the next bench_start(). Returns the nanoseconds since the last one. */
static inline uint64_t bench_pause(struct bench *b)
{
	uint64_t ns = bench_now() - b->t0;

	b->ns += ns;
	b->cpu_ns += bench_clock(CLOCK_PROCESS_CPUTIME_ID) - b->cpu_t0;
	return ns;
}

/* Takes the memory figures. */
static inline void bench_end(struct bench *b)
{
	uint64_t hwm;

	getrusage(RUSAGE_SELF, &b->ru1);
	b->rss_kib = bench_rss_kib();
	hwm = bench_proc_kib("/proc/self/status", "\nVmHWM:");
	if (hwm > b->peak_kib)
		b->peak_kib = hwm;
	if (b->rss_kib > b->peak_kib)
		b->peak_kib = b->rss_kib;
}

static inline void bench_stop(struct bench *b)
{
	bench_pause(b);
	bench_end(b);
}

/* The file that the program's malloc comes from. */
static inline const char *bench_allocator(void)
{
	/* Through void *: ISO C has no cast from a function to an object pointer. */
	void *(*fn)(size_t) = malloc;
	void *at;
	Dl_info info;

	memcpy(&at, &fn, sizeof(at));
	return dladdr(at, &info) && info.dli_fname ? info.dli_fname : "?";
}

/*
 * Prints both lines. extra: more JSON members, each as `,"name":value`, or "".
 */
__attribute__((format(printf, 3, 4)))
static inline void bench_report(const struct bench *b, uint64_t n_ops, const char *extra, ...)
{
	double sec = 1e-9 * (double)b->ns, cpu = 1e-9 * (double)b->cpu_ns;
	double rate = sec > 0 ? (double)n_ops / sec : 0;
	double ns_op = n_ops ? (double)b->ns / (double)n_ops : 0;
	long minor = b->ru1.ru_minflt - b->ru0.ru_minflt, major = b->ru1.ru_majflt - b->ru0.ru_majflt;
	const char *file = bench_allocator(), *base = strrchr(file, '/');
	va_list ap;

	printf("{\"bench\":\"%s\",\"args\":\"%s\",\"ops\":%" PRIu64 ",\"seconds\":%.9f,\"ops_per_s\":%.1f,"
	       "\"ns_per_op\":%.4f,\"cpu_seconds\":%.6f,\"minor_faults\":%ld,\"major_faults\":%ld,"
	       "\"peak_kib\":%" PRIu64 ",\"rss_kib\":%" PRIu64 ",\"allocator\":\"%s\"",
	       b->name, b->words, n_ops, sec, rate, ns_op, cpu, minor, major, b->peak_kib,
	       b->rss_kib, file);
	va_start(ap, extra);
	vprintf(extra, ap);
	va_end(ap);
	printf("}\n%s%s%s: %.3f M ops/s, %.2f ns/op, %.3f s, %.3f CPU s, peak %.1f MiB, RSS %.1f MiB, "
	       "%ld page faults, malloc of %s\n", b->name, b->words[0] ? " " : "", b->words, 1e-6 * rate, ns_op, sec,
	       cpu, (double)b->peak_kib / 1024, (double)b->rss_kib / 1024, minor + major,
	       base ? base + 1 : file);
}

/* Marsaglia's xorshift, 32 bits; state must not be 0. */
static inline uint32_t bench_rand32(uint32_t *state)
{
	uint32_t x = *state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

/* The same with 64 bits, for draws that need more of them. */
static inline uint64_t bench_rand64(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return *state = x;
}

/* A random number below n (n at most 2^32), from the upper half of a draw. */
static inline uint64_t bench_below(uint64_t *state, uint64_t n)
{
	return ((bench_rand64(state) >> 32) * n) >> 32;
}

/* A start for bench_rand64() from a small seed: never 0, the bits well spread. */
static inline uint64_t bench_seed64(uint64_t seed)
{
	seed += 0x9e3779b97f4a7c15u;
	seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9u;
	seed = (seed ^ (seed >> 27)) * 0x94d049bb133111ebu;
	seed ^= seed >> 31;
	return seed ? seed : 1;
}

/* Keeps the compiler from removing an allocation whose block nobody reads. */
static inline void bench_keep(const void *p)
{
	__asm__ volatile("" : : "r"(p) : "memory");
}

#endif
