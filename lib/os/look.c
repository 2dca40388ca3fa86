/* SPDX-License-Identifier: MIT */
#include "os/look.h"

#include <fcntl.h>
#include <sys/uio.h>

#include "base/atomic.h"
#include "base/text.h"
#include "os/call.h"

#define WORDS 512           /* of a stack, read at a time: 4 KiB */
#define STACK_BEGINS 26     /* fields between the name and startstack in /proc/self/task/TID/stat, and one */
#define OWN_FILES 2         /* CLOSE_RANGE_UNSHARE */

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

static int open_file(const char *path)
{
	int saved = errno;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);

	errno = saved;
	return fd;
}

static void close_file(int fd)
{
	int saved = errno;

	if (fd >= 0)
		syscall(SYS_close, fd);
	errno = saved;
}

/* Bytes read from offset `at`, or -1. preadv() takes its offset in two words on every machine. */
static long read_file(int fd, uintptr_t at, void *buffer, size_t size)
{
	struct iovec to = { buffer, size };
	int saved = errno;
	long n = syscall(SYS_preadv, fd, &to, 1L, (unsigned long)at, 0L);

	errno = saved;
	return n;
}

/* As text; "" when it cannot be read whole. */
static void read_text(int fd, char *text, size_t size)
{
	long n = fd >= 0 ? read_file(fd, 0, text, size - 1) : -1;

	text[n > 0 && (size_t)n < size - 1 ? n : 0] = '\0';
}

static char *add_number(char *to, uint32_t n)
{
	if (n >= 10)
		to = add_number(to, n / 10);
	*to++ = (char)('0' + n % 10);
	return to;
}

static int open_task(uint32_t tid, const char *name)
{
	static const char task[] = "/proc/self/task/";
	char path[sizeof task + 10 + sizeof "/schedstat"];
	char *to = path;

	for (const char *c = task; *c != '\0'; c++)
		*to++ = *c;
	to = add_number(to, tid);
	*to++ = '/';
	do
		*to++ = *name;
	while (*name++ != '\0');
	return open_file(path);
}

/* The number at *text, in base 10, or 16 behind 0x; *text: behind it and one blank. */
static uint64_t take_number(const char **text)
{
	const char *c = *text;
	unsigned base = c[0] == '0' && c[1] == 'x' ? 16 : 10;
	uint64_t n = 0;

	for (c += base == 16 ? 2 : 0; *c != '\0' && *c != ' ' && *c != '\n'; c++)
		n = n * base + (unsigned)(*c <= '9' ? *c - '0' : *c - 'a' + 10);
	*text = c + (*c == ' ');
	return n;
}

/* Does the call suspend its thread while a child runs on that thread's memory, stack and heap? */
static bool lends_stack(uint64_t number)
{
#ifdef SYS_vfork
	if (number == SYS_vfork)
		return true;
#endif
#ifdef SYS_clone3
	if (number == SYS_clone3)
		return true;
#endif
	return number == SYS_clone;
}

/* "running" and "-1 ..." (not in a system call: stopped, or in a page fault) are no. */
static bool is_asleep(struct hak_look *l)
{
	const char *text = l->where;

	if (*text < '0' || *text > '9' || lends_stack(take_number(&text)))
		return false;
	for (unsigned i = 0; i < 6; i++)
		take_number(&text);
	l->sp = (uintptr_t)take_number(&text);
	l->pc = (uintptr_t)take_number(&text);
	return l->sp != 0 && l->pc != 0;
}

/* Kernels without the numbers show zeros. */
static bool has_ran(const struct hak_look *l)
{
	return l->ran[0] >= '1' && l->ran[0] <= '9';
}

bool hak_look_open(struct hak_look *l, uint32_t tid)
{
	l->tid = tid;
	l->ran_file = open_task(tid, "schedstat");
	l->where_file = l->ran_file >= 0 ? open_task(tid, "syscall") : -1;
	read_text(l->ran_file, l->ran, sizeof l->ran); /* first: what it runs from here on, again sees (L1) */
	read_text(l->where_file, l->where, sizeof l->where);
	if (has_ran(l) && is_asleep(l))
		return true;
	hak_look_close(l);
	return false;
}

static bool is_same(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

bool hak_look_again(struct hak_look *l)
{
	char ran[HAK_LOOK_RAN], where[HAK_LOOK_WHERE];

	read_text(l->where_file, where, sizeof where);
	read_text(l->ran_file, ran, sizeof ran);
	return is_same(where, l->where) && is_same(ran, l->ran);
}

void hak_look_close(struct hak_look *l)
{
	close_file(l->where_file);
	close_file(l->ran_file);
}

static bool is_in(uintptr_t word, const struct hak_look_range *range)
{
	return word >= range->low && word < range->high;
}

bool hak_look_is_free_of(uintptr_t from, uintptr_t to, const struct hak_look_range ranges[2])
{
	uintptr_t words[WORDS];
	int memory = open_file("/proc/self/mem");
	bool is_free = memory >= 0;

	from &= ~(uintptr_t)(sizeof *words - 1);
	while (is_free && from < to) {
		size_t size = to - from < sizeof words ? to - from : sizeof words;

		size &= ~(sizeof *words - 1);
		if (size == 0)
			break;
		is_free = read_file(memory, from, words, size) == (long)size;
		for (size_t i = 0; is_free && i < size / sizeof *words; i++)
			is_free = !is_in(words[i], &ranges[0]) && !is_in(words[i], &ranges[1]);
		from += size;
	}
	close_file(memory);
	return is_free;
}

uintptr_t hak_look_first_stack(void)
{
	static uintptr_t first_stack; /* any: as the kernel made it; a forked child has the same */
	char stat[1024];
	const char *c = stat, *name_end = NULL;
	int fd;

	if (hak_load_relaxed(&first_stack) != 0)
		return hak_load_relaxed(&first_stack);
	fd = open_task((uint32_t)syscall(SYS_gettid), "stat");
	read_text(fd, stat, sizeof stat);
	close_file(fd);
	for (; *c != '\0'; c++)
		if (*c == ')')
			name_end = c;
	if (name_end == NULL)
		return 0;
	c = name_end;
	for (unsigned i = 0; i < STACK_BEGINS; i++) {
		while (*c != '\0' && *c != ' ')
			c++;
		c += *c == ' ';
	}
	hak_store_relaxed(&first_stack, (uintptr_t)take_number(&c));
	return hak_load_relaxed(&first_stack);
}

bool hak_look_leave_files(void)
{
	int saved = errno;
	bool is_done = syscall(SYS_close_range, 0L, 0xffffffffUL, (long)OWN_FILES) == 0;

	if (is_done)
		hak_store_relaxed(&hak_text_stranger, (uint32_t)syscall(SYS_gettid));
	errno = saved;
	return is_done;
}
