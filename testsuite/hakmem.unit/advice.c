/* SPDX-License-Identifier: MIT */
/*
 * An emulator takes all advice for hints, says yes, and does nothing: what is purged does not pass for zero then, and
 * the size of an OS page is found all the same.
 */
#include "unit.h"
#include "os/call.h"

static int does_nothing;

static int advise(void *p, size_t size, int advice)
{
	return does_nothing ? 1 : hak_call_madvise(p, size, advice);
}

#define hak_call_madvise(p, size, advice) advise(p, size, advice)
#include "os/page.c"
#undef hak_call_madvise

#include <sys/wait.h>

#define SIZE MIB(1)

static void check(void)
{
	size_t page = hak_os_page_size();
	char *p = hak_os_map(SIZE, page, "hakmem: test");
	int is_done;

	CHECK(page >= (size_t)sysconf(_SC_PAGESIZE) && page <= 65536 && (page & (page - 1)) == 0, "%zu", page);
	CHECK(p);
	memset(p, 1, SIZE);
	is_done = hak_os_purge(p, SIZE);
	CHECK(zeroed(p, SIZE) == SIZE || !is_done, "purged, and not zero");
	CHECK(!does_nothing || !is_done);
	CHECK(hak_os_is_advice_void() || (is_done && page == (size_t)sysconf(_SC_PAGESIZE)));
	memset(p, 1, SIZE / 2);
	hak_os_zero(p, SIZE);
	CHECK(zeroed(p, SIZE) == SIZE);
	CHECK(hak_os_unmap(p, SIZE));
}

int main(void)
{
	for (does_nothing = 0; does_nothing < 2; does_nothing++) {
		pid_t pid = fork();
		int status;

		CHECK(pid >= 0);
		if (pid == 0) {
			check();
			_exit(0);
		}
		CHECK(waitpid(pid, &status, 0) == pid && status == 0, "does nothing: %d", does_nothing);
	}
	return 0;
}
