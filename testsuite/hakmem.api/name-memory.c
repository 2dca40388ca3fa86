/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: name_memory:true */
/* Asked for, the library names its memory: it makes the call, and where the kernel keeps names they can be read. */
#include "check.h"
#include "../hakmem.limits/filter.h"

#include <hakmem.h>
#include <signal.h>
#include <sys/mman.h>

static volatile sig_atomic_t n_calls;

static void count_call(int signal_number)
{
	(void)signal_number;
	n_calls++;
}

static int has_names(void)
{
	static char text[1 << 16];
	int fd = open("/proc/self/maps", O_RDONLY);
	size_t at = 0;
	ssize_t n;

	CHECK(fd >= 0);
	while ((n = read(fd, text + at, sizeof text - 1 - at)) > 0)
		at += (size_t)n;
	close(fd);
	return strstr(text, "[anon:hakmem: ") != NULL;
}

int main(void)
{
	static const int calls[] = { SYS_prctl };
	char value[10];
	void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED && malloc(MIB(30)));
	CHECK(hakmem_option_get("name_memory", value, sizeof value) > 0 && strcmp(value, "true") == 0);
	if (prctl(0x53564d41 /* PR_SET_VMA */, 0L, p, 4096L, "test") == 0)
		CHECK(has_names());
	signal(SIGSYS, count_call);
	filter_to(calls, N_OF(calls), SECCOMP_RET_TRAP);
	CHECK(malloc(MIB(40)) && n_calls > 0);
	return 0;
}
