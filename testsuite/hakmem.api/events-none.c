/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* Without ring:N there are no events, and nothing is written. */
#include "check.h"
#include "events.h"

int main(void)
{
	int fd = (int)syscall(SYS_memfd_create, "events", 0);

	free(hide(malloc(100)));
	CHECK(fd >= 0 && hakmem_ring_write(fd) == -1 && errno == ENODATA);
	CHECK(lseek(fd, 0, SEEK_END) == 0);
	return 0;
}
