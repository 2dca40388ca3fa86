/* SPDX-License-Identifier: MIT */
/* Reading the counts by place. */
#ifndef SITES_H
#define SITES_H

#include "unit.h"
#include "base/atomic.h"

#if HAK_COUNT
/* What all sites of a function of a file have counted together. */
UNUSED static struct hak_site_counts count_of(const char *file, const char *function)
{
	struct hak_site_counts sum = { 0 }, c;
	const struct hak_site *site;

	for (size_t i = 0; (site = hak_site_get(i, &c)) != NULL; i++) {
		CHECK(site->line > 0);
		if (strstr(site->file, file) == NULL || strcmp(site->function, function) != 0)
			continue;
		sum.n_rmw += c.n_rmw;
		sum.n_lines += c.n_lines;
		sum.n_moved += c.n_moved;
		sum.n_under += c.n_under;
		sum.n_other += c.n_other;
		sum.n_locks += c.n_locks;
		sum.n_contended += c.n_contended;
		sum.n_inside += c.n_inside;
		sum.n_held += c.n_held;
	}
	return sum;
}
#endif

/* A build that does not count has nothing to be tested. */
UNUSED static int refuse_site_test(void)
{
	puts("this build does not count (an audit build does)");
	return 77;
}

#endif
