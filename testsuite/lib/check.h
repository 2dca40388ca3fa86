/* SPDX-License-Identifier: MIT */
/*
 * What the test programs share: a check that says what failed, words that keep the compiler from
 * knowing what it is looking at, contents that can be recognised again, and the process's size.
 *
 * Nothing here allocates, so a test decides alone what reaches the allocator. Include it first.
 */
#ifndef CHECK_H
#define CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* What glibc's headers have and others, as musl's, lack. Weak: with a preloaded library the linker finds none of it. */
#ifndef __GLIBC__
struct mallinfo {
	int arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};
struct mallinfo2 {
	size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};
enum {
	M_MXFAST = 1, M_TRIM_THRESHOLD = -1, M_TOP_PAD = -2, M_MMAP_THRESHOLD = -3, M_MMAP_MAX = -4, M_CHECK_ACTION = -5,
	M_PERTURB = -6, M_ARENA_TEST = -7, M_ARENA_MAX = -8,
};
struct mallinfo mallinfo(void) __attribute__((weak));
struct mallinfo2 mallinfo2(void) __attribute__((weak));
int malloc_info(int options, FILE *to) __attribute__((weak));
void malloc_stats(void) __attribute__((weak));
int malloc_trim(size_t pad) __attribute__((weak));
int mallopt(int parameter, int value) __attribute__((weak));
void *pvalloc(size_t size) __attribute__((weak));
#endif

#define UNUSED __attribute__((unused))
#define NOINLINE __attribute__((noinline))
#define N_OF(a) (sizeof(a) / sizeof((a)[0]))
#define KIB(n) ((size_t)(n) << 10)
#define MIB(n) ((size_t)(n) << 20)
#define GIB(n) ((size_t)(n) << 30)
#define UNSUPPORTED 77 /* exit code: this machine cannot run the test */

/* One size in each tier and at the borders between them. */
static const size_t tier_sizes[] UNUSED = {
	1, 8, 16, 17, 24, 48, 64, 65, 128, 129, 200, 256, 500, 512, 700, 1000, 1024, 1025, 1500, 2048, 3000,
	4096, 4097, 6000, 8192, 10000, 16384, 20000, 32768, 32769, 40000, 65536, 65537, 100000, 131072,
	200000, 262144, 262145, 300000, 524288, 700000, 1048576, 1048577, 3000000, 4194304, 8388608,
	8388609,
};

__attribute__((format(printf, 4, 5), noreturn, unused))
static void check_fail(const char *file, int line, const char *what, const char *format, ...)
{
	int error = errno;
	va_list args;

	dprintf(2, "%s:%d: failed: %s:", file, line, what);
	va_start(args, format);
	vdprintf(2, format, args);
	va_end(args);
	dprintf(2, " (errno %d)\n", error);
	_exit(1);
}

/* CHECK(condition) or CHECK(condition, "format", values): the message and exit code 1 if it is false. */
#define CHECK(cond, ...) \
	do { \
		if (!(cond)) \
			check_fail(__FILE__, __LINE__, #cond, " " __VA_ARGS__); \
	} while (0)

/* Says why the test cannot run here and ends it as unsupported. */
#define UNSUPPORTED_BECAUSE(...) \
	do { \
		dprintf(1, "unsupported: " __VA_ARGS__); \
		dprintf(1, "\n"); \
		_exit(UNSUPPORTED); \
	} while (0)

/* The same pointer, about which the compiler knows nothing. */
UNUSED static inline void *hide(void *p)
{
	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}

/* The same number, about which the compiler knows nothing. */
UNUSED static inline size_t hide_n(size_t n)
{
	__asm__ volatile("" : "+r"(n) : : "memory");
	return n;
}

/* errno, written and read where the source says so. */
UNUSED static inline void errno_set(int value)
{
	errno = value;
	__asm__ volatile("" : : : "memory");
}

UNUSED static inline int errno_get(void)
{
	__asm__ volatile("" : : : "memory");
	return errno;
}

/* A failed call: NULL, and errno says ENOMEM. */
#define CHECK_ENOMEM(call) \
	do { \
		void *p_; \
		errno_set(0); \
		p_ = hide(call); \
		CHECK(p_ == NULL, "succeeded: %s", #call); \
		CHECK(errno_get() == ENOMEM, "errno after %s", #call); \
	} while (0)

/* A small random generator (xorshift*): one state a thread. */
UNUSED static inline uint64_t rnd(uint64_t *state)
{
	uint64_t x = *state ? *state : 88172645463325252u;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 2685821657736338717u;
}

/* Executes this program anew, in an emulator if that is how it runs; returns if that fails. */
UNUSED static void exec_self(char *const argv[], char *const environment[])
{
	static char emulator[200], path[4096];
	char *words[40], *rest = emulator;
	size_t n = 0, i;

	snprintf(emulator, sizeof(emulator), "%s", getenv("HAK_EMULATOR") ? getenv("HAK_EMULATOR") : "");
	if (!*emulator) {
		execve("/proc/self/exe", argv, environment);
		return;
	}
	if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		return;
	while (n < 20 && (words[n] = strtok_r(rest, " ", &rest)) != NULL)
		n++;
	words[n++] = path;
	for (i = 1; argv[0] && argv[i] && n < N_OF(words) - 1; i++)
		words[n++] = argv[i];
	words[n] = NULL;
	execvpe(words[0], words, environment);
}

/* fork() that libc knows nothing of. */
UNUSED static pid_t bare_fork(void)
{
#if defined(__s390__)
	return (pid_t)syscall(SYS_clone, NULL, SIGCHLD, NULL, NULL, NULL); /* the stack comes first there */
#else
	return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
#endif
}

/* A size from 1 to max, small ones far more often. */
UNUSED static inline size_t rnd_size(uint64_t *state, size_t max)
{
	unsigned bits = 1;
	uint64_t r = rnd(state);

	while (((size_t)1 << bits) < max)
		bits++;
	bits = 1 + (unsigned)(r >> 40) % bits;
	return (size_t)(rnd(state) & (((uint64_t)1 << bits) - 1)) % max + 1;
}

/* Contents that name their block and their offset. */
UNUSED static inline unsigned char pattern(uint64_t seed, size_t i)
{
	return (unsigned char)(seed * 131 + i * 7 + (i >> 8) * 13 + (i >> 16) * 29 + 1);
}

UNUSED static void fill(void *p, size_t n, uint64_t seed)
{
	unsigned char *c = (unsigned char *)p;
	size_t i;

	for (i = 0; i < n; i++)
		c[i] = pattern(seed, i);
}

/* n when the whole content is right, else the first wrong offset. */
UNUSED static size_t filled(const void *p, size_t n, uint64_t seed)
{
	const unsigned char *c = (const unsigned char *)p;
	size_t i;

	for (i = 0; i < n; i++)
		if (c[i] != pattern(seed, i))
			return i;
	return n;
}

/* The same for large blocks: the first bytes and then one in every 509. */
UNUSED static void fill_thin(void *p, size_t n, uint64_t seed)
{
	unsigned char *c = (unsigned char *)p;
	size_t i;

	for (i = 0; i < n; i += i < 64 ? 1 : 509)
		c[i] = pattern(seed, i);
}

UNUSED static size_t filled_thin(const void *p, size_t n, uint64_t seed)
{
	const unsigned char *c = (const unsigned char *)p;
	size_t i;

	for (i = 0; i < n; i += i < 64 ? 1 : 509)
		if (c[i] != pattern(seed, i))
			return i;
	return n;
}

/* n when all n bytes are zero, else the first offset that is not. */
UNUSED static size_t zeroed(const void *p, size_t n)
{
	const unsigned char *c = (const unsigned char *)p;
	size_t i;

	for (i = 0; i < n; i++)
		if (c[i])
			return i;
	return n;
}

/* The number after "name" in a file of /proc, in the file's units; 0 when it is not there. */
UNUSED static size_t proc_number(const char *path, const char *name)
{
	char text[4096];
	size_t n_read = 0;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *at;

	if (fd < 0)
		return 0;
	while (n_read < sizeof(text) - 1 && (n = read(fd, text + n_read, sizeof(text) - 1 - n_read)) > 0)
		n_read += (size_t)n;
	close(fd);
	text[n_read] = '\0';
	at = strstr(text, name);
	return at ? strtoul(at + strlen(name), NULL, 10) : 0;
}

/* What /proc tells is the emulator's then. */
UNUSED static int is_emulated(void)
{
	const char *emulator = getenv("HAK_EMULATOR");

	return emulator && *emulator;
}

/* Resident bytes, exact. In an emulator 0: such checks of a test are void there. */
UNUSED static size_t rss(void)
{
	return is_emulated() ? 0 : KIB(proc_number("/proc/self/smaps_rollup", "Rss:"));
}

/* Bytes of addresses in use; 0 in the same way. */
UNUSED static size_t vm_size(void)
{
	return is_emulated() ? 0 : KIB(proc_number("/proc/self/status", "VmSize:"));
}

UNUSED static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The numeric argument at idx, or its default. */
UNUSED static unsigned long arg(int argc, char **argv, int idx, unsigned long usual)
{
	return argc > idx ? strtoul(argv[idx], NULL, 0) : usual;
}

#endif
