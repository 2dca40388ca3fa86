/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-skip-unless: command -v python3 */
/* hakmem_stats_write() writes what readers of OpenMetrics, and of Prometheus' text format, take. */
#include "check.h"
#include <hakmem.h>

static void check(enum hakmem_format format, const char *name)
{
	char command[4200];
	int fd = open("metrics", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0);
	CHECK(hakmem_stats_write(fd, format) == 0);
	CHECK(close(fd) == 0);
	snprintf(command, sizeof(command), "python3 \"$srcdir/testsuite/lib/metrics.py\" %s metrics >&2", name);
	CHECK(system(command) == 0, "%s: see above", name);
}

int main(void)
{
	size_t i;

	for (i = 0; i < N_OF(tier_sizes); i++)
		CHECK(hide(malloc(tier_sizes[i])));
	check(HAKMEM_OPENMETRICS, "openmetrics");
	check(HAKMEM_PROMETHEUS, "prometheus");
	errno_set(0);
	CHECK(hakmem_stats_write(1, (enum hakmem_format)(HAKMEM_PROMETHEUS + 1)) == -1);
	CHECK(errno_get() == EINVAL);
	return 0;
}
