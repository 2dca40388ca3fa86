/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hakmem_stats_write(): text has content and allocates nothing; a bad fd and a bad format fail with errno. */
#include "check.h"
#include <hakmem.h>

int main(void)
{
	struct hakmem_stats a, b;
	char text[100];
	int fds[2];

	CHECK(pipe2(fds, O_NONBLOCK) == 0);
	CHECK(hakmem_stats_get(&a, sizeof(a)));
	CHECK(hakmem_stats_write(fds[1], HAKMEM_TEXT) == 0);
	CHECK(hakmem_stats_get(&b, sizeof(b)));
	CHECK(a.allocated == b.allocated && a.cached == b.cached, "writing the statistics allocates");
	CHECK(read(fds[0], text, sizeof(text)) == sizeof(text));
	errno_set(0);
	CHECK(hakmem_stats_write(-1, HAKMEM_TEXT) == -1);
	CHECK(errno_get() == EBADF);
	errno_set(0);
	CHECK(hakmem_stats_write(fds[1], (enum hakmem_format)77) == -1);
	CHECK(errno_get() == EINVAL);
	return 0;
}
