/* SPDX-License-Identifier: MIT */
#include "watch/origin.h"

#include <fcntl.h>

#include "base/call.h"
#include "os/clock.h"
#include "watch/inside.h"

/* glibc's: where the kernel has put argc, then argv. Its own name for what argv[0] says is not used: to look one more name
 * up would cost every program that starts. */
extern void *__libc_stack_end HAK_WEAK; /* NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static bool is_plain(char c)
{
	return c >= ' ' && c <= '~';
}

/* The last part of a path, which ends where a program that renames itself goes on ("worker: /a/b"); what is not plain ASCII, which every form of a record takes, becomes a question mark. */
static void copy_name(char *to, size_t size, const char *from)
{
	const char *name = from;
	size_t n = 0;

	for (const char *c = from; *c != '\0' && *c != ':'; c++)
		if (*c == '/' && c[1] != '\0')
			name = c + 1;
	while (name[n] != '\0' && name[n] != '\n' && n < size - 1) {
		to[n] = name[n];
		if (!is_plain(to[n]))
			to[n] = '?';
		n++;
	}
	to[n] = '\0';
}

/* Other C libraries do not say; the kernel knows 15 bytes of it. */
static void ask_name(char *to, size_t size)
{
	char name[32] = "";
	long fd = hak_call(SYS_openat, AT_FDCWD, "/proc/self/comm", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		hak_call(SYS_read, fd, name, sizeof name - 1);
		hak_call(SYS_close, fd);
	}
	copy_name(to, size, name);
}

HAK_COLD void hak_origin_get(struct hak_record *record, bool of_parent)
{
	char *const *stack = &__libc_stack_end != NULL ? __libc_stack_end : NULL;

	if (stack != NULL && stack[0] != NULL && stack[1] != NULL)
		copy_name(record->program, sizeof record->program, stack[1]);
	else
		ask_name(record->program, sizeof record->program);
	copy_name(record->version, sizeof record->version, hak_inside.version);
	record->pid = (uint64_t)hak_call(of_parent ? SYS_getppid : SYS_getpid);
	record->time = hak_os_date();
}
