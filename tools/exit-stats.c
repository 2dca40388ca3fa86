/* SPDX-License-Identifier: MIT */
/*
 * What hakmem-run --stats preloads after the library, for programs in which the library's destructor cannot write:
 *   an _exit() that writes the statistics first, for dash and many forked children, which exit this way;
 *   a second descriptor for standard error, for programs that close it before they exit, as coreutils do.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hakmem.h"

/* If ld.so preloaded this but not the library, there is nothing to write. */
#pragma weak hakmem_option_get
#pragma weak hakmem_stats_write

#define FIRST_NUMBER 200 /* programs rely on the low ones being free */
#define MOST_TRIES 2000  /* ms: how long the statistics may take to be written */

static int spare = -1; /* const */
static struct stat file; /* const: what it is */

static void __attribute__((constructor)) keep_stderr(void)
{
	if (fstat(STDERR_FILENO, &file) == 0)
		spare = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, FIRST_NUMBER);
}

/* The first letter of the value of the option stats; 'n': none are wanted. */
static char find_wish(void)
{
	char value[8];

	if (&hakmem_option_get == NULL || &hakmem_stats_write == NULL ||
	    hakmem_option_get("stats", value, sizeof value) == 0)
		return 'n';
	return value[0];
}

static void write_stats(int fd, int whose)
{
	hakmem_stats_write(fd, (enum hakmem_format)((find_wish() == 'j' ? HAKMEM_JSON : HAKMEM_TEXT) | whose));
}

/* The program may have closed the spare descriptor, and reused its number. Negative: there is none. */
static int find_stderr(void)
{
	struct stat now;

	if (fcntl(STDERR_FILENO, F_GETFD) >= 0)
		return STDERR_FILENO;
	return spare >= 0 && fstat(spare, &now) == 0 && now.st_dev == file.st_dev && now.st_ino == file.st_ino ? spare : -1;
}

/* The library was loaded first, so its destructor has run already, and has written if it could. */
static void __attribute__((destructor)) end(void)
{
	int fd = find_stderr();

	if (fd != STDERR_FILENO && fd >= 0 && find_wish() != 'n')
		write_stats(fd, 0);
}

/* A fork that libc does not know of, and that sends no signal when it ends. */
static pid_t make_child(void)
{
#if defined(__s390__)
	return (pid_t)syscall(SYS_clone, NULL, 0, NULL, NULL, NULL); /* the stack comes first there */
#else
	return (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
#endif
}

static void __attribute__((noreturn)) leave(int code)
{
	for (;;)
		syscall(SYS_exit_group, code);
}

/* _exit() may be called in a signal handler that interrupted a holder of one of the library's locks. A forked child
 * finds such locks abandoned, so the child does the writing. The parent waits for it, but not forever. */
static void write_by_child(int fd)
{
	static const struct timespec ms = { 0, 1000000 };
	sigset_t all;
	pid_t child;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	child = make_child();
	if (child == 0) {
		write_stats(fd, HAKMEM_OF_PARENT);
		leave(0);
	}
	for (int i = 0; child > 0 && i < MOST_TRIES; i++) {
		if (waitpid(child, NULL, WNOHANG | __WALL) != 0)
			return;
		nanosleep(&ms, NULL);
	}
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, __WALL);
	}
}

__attribute__((visibility("default"), noreturn)) void _exit(int code)
{
	int fd = find_stderr();

	if (fd >= 0 && find_wish() != 'n')
		write_by_child(fd);
	leave(code);
}

__attribute__((visibility("default"), noreturn)) void _Exit(int code)
{
	_exit(code);
}
