/* SPDX-License-Identifier: MIT */
/* hak-plain: there are no sentries */
/* hak-link: shared */
/* hak-conf: guard_sample:now */
/* hak-opt: -O2 */
/* hakmem_fault_write() says in a program's handler what an access to a sentry was, and that it knows nothing of others. */
#include "check.h"
#include <hakmem.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>

#define SIZE 200 /* not a class's */

static sigjmp_buf back;
static char text[4096];
static int fds[2], error;

int main(void);

static void tell(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	error = hakmem_fault_write(fds[1], info->si_addr, (const void *)(uintptr_t)main) == 0 ? 0 : errno;
	siglongjmp(back, 1);
}

/* What the handler wrote of it; "": nothing, NULL: the access went well. */
static const char *touch(volatile char *p)
{
	static ssize_t n;

	n = 0;
	if (sigsetjmp(back, 1) == 0) {
		p[0] = 0;
		return NULL;
	}
	CHECK(error == 0 || error == ENODATA);
	if (error == 0)
		CHECK((n = read(fds[0], text, sizeof(text) - 1)) > 0);
	text[n] = '\0';
	return text;
}

static void check(const char *told, const char *what, const volatile char *p, ptrdiff_t off, const char *where, size_t size, bool is_freed)
{
	char line[256];

	snprintf(line, sizeof(line), "hakmem: access to %p: %s, %td byte%s %s the block %p of %zu bytes (thread ", (const void *)(p + off), what,
		 where[0] == 'b' ? -off : where[0] == 'p' ? off - (ptrdiff_t)size + 1 : off, off == -1 ? "" : "s", where, (const void *)p, size);
	CHECK(told && strncmp(told, line, strlen(line)) == 0, "%s, not %s", told ? told : "nothing", line);
	snprintf(line, sizeof(line), "\nhakmem: %p: accessed by this thread at program+0x", (const void *)(p + off));
	CHECK(strstr(told, line), "%s", told);
	snprintf(line, sizeof(line), "\nhakmem: %p: allocated by this thread at program+0x", (const void *)p);
	CHECK(strstr(told, line), "%s", told);
	snprintf(line, sizeof(line), "\nhakmem: %p: freed by this thread at program+0x", (const void *)p);
	CHECK(!strstr(told, line) == !is_freed, "%s", told);
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = tell, .sa_flags = SA_SIGINFO };
	void *none = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool is_left = false, is_right = false;
	double end = now() + 50;
	unsigned n = 0;

	CHECK(sigaction(SIGSEGV, &action, NULL) == 0 && pipe(fds) == 0 && none != MAP_FAILED);
	CHECK(hakmem_fault_write(-1, none, NULL) == -1 && errno == EBADF);
	CHECK(hakmem_fault_write(1, &end, NULL) == -1 && errno == ENODATA);
	CHECK(strcmp(touch(none), "") == 0);
	/* A sentry is at the left or right edge of its OS page. */
	while (!is_left || !is_right) {
		volatile char *p = malloc(SIZE);
		bool is_sentry = malloc_usable_size((void *)p) == SIZE, at_left = (uintptr_t)p % 4096 == 0;

		CHECK(now() < end, "no sentry");
		if (is_sentry && at_left && !is_left) {
			check(touch(p - 1), "underflow", p, -1, "before", SIZE, false);
			check(touch(p - 40), "underflow", p, -40, "before", SIZE, false);
			is_left = true;
		} else if (is_sentry && !at_left && !is_right) {
			check(touch(p + 210), "overflow", p, 210, "past the end of", SIZE, false);
			is_right = true;
		} else {
			free((void *)p);
			if (++n % 100 == 0)
				usleep(1000); /* a thread that allocates faster is left alone */
			continue;
		}
		free((void *)p);
		check(touch(p + 24), "use after free", p, 24, "into", SIZE, true);
	}
	return 0;
}
