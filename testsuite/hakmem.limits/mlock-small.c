/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* mlockall under RLIMIT_MEMLOCK 64 MiB, without privilege: works within it, ENOMEM beyond it. */
#include "limit.h"
#include <sys/mman.h>

int main(void)
{
	struct rlimit limit;
	size_t sum;

	CHECK(getrlimit(RLIMIT_MEMLOCK, &limit) == 0);
	if (limit.rlim_max < MIB(64))
		UNSUPPORTED_BECAUSE("at most %zu bytes may be locked here", (size_t)limit.rlim_max);
	limit.rlim_cur = MIB(64);
	CHECK(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
	if (getuid() == 0 && setuid(65534))
		UNSUPPORTED_BECAUSE("cannot give up root: %s", strerror(errno));
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		UNSUPPORTED_BECAUSE("mlockall: %s", strerror(errno));
	sum = hold_all(1, 5000);
	CHECK(sum > MIB(10), "%zu bytes", sum);
	verify_held();
	free_held();
	return 0;
}
