/* SPDX-License-Identifier: MIT */
/* Long free runs are left out of core dumps, and what is taken from them is in again: the kernel's own list of
 * mappings says so. Never in pieces that are not worth it. */
#include "unit.h"
#include "conf/limits.h"
#include "os/page.h"
#include "region/superslab.h"

#define N 64 /* slices: 4 MiB, the first superslab */

/* Is the OS page at p in a mapping that is left out of core dumps? */
static bool is_undumped(const void *p)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	bool is_mine = false, answer = false;
	char line[512];

	CHECK(f != NULL);
	while (fgets(line, sizeof line, f) != NULL) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			is_mine = (uintptr_t)p >= from && (uintptr_t)p < to;
		else if (is_mine && strncmp(line, "VmFlags:", 8) == 0)
			answer = strstr(line, " dd") != NULL;
	}
	fclose(f);
	return answer;
}

static struct hak_slices take(size_t n)
{
	struct hak_slices s;

	CHECK(hak_superslab_take(n, HAK_SLICE_SIZE, &s));
	memset(s.base, 1, n * HAK_SLICE_SIZE);
	CHECK(!is_undumped(s.base) && !is_undumped(s.base + (n - 1) * HAK_SLICE_SIZE));
	CHECK(hak_superslab_check() == 0);
	return s;
}

int main(void)
{
	struct hak_slices a = take(20), b = take(1), c = take(HAK_UNDUMPED_LEAST - 1), d = take(1), e = take(N - 37);
	uint64_t n_mapped = hak_os_counts.n_mapped;

	hak_superslab_give(a.superslab, a.base, a.n);
	hak_superslab_give(c.superslab, c.base, c.n);
	CHECK(!is_undumped(a.base)); /* resident still */
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
	if (!is_undumped(a.base))
		UNSUPPORTED_BECAUSE("this kernel does not say what it leaves out");
	CHECK(is_undumped(a.base + 20 * HAK_SLICE_SIZE - 1) && hak_superslab_check() == 0);
	CHECK(!is_undumped(b.base) && !is_undumped(c.base) && !is_undumped(d.base) && !is_undumped(e.base));
	CHECK(hak_os_counts.n_mapped == n_mapped + 2);

	/* The whole run is dumped again with its first slice. */
	a = take(1);
	CHECK(!is_undumped(a.base + 10 * HAK_SLICE_SIZE) && hak_os_counts.n_mapped == n_mapped);
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
	CHECK(is_undumped(a.base + HAK_SLICE_SIZE) && !is_undumped(a.base));

	/* Runs that grow together are one. */
	hak_superslab_give(b.superslab, b.base, b.n);
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
	CHECK(is_undumped(b.base) && is_undumped(c.base) && hak_os_counts.n_mapped == n_mapped + 2);
	hak_superslab_give(e.superslab, e.base, e.n);
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
	CHECK(is_undumped(e.base) && hak_os_counts.n_mapped == n_mapped + 4);
	hak_superslab_give(d.superslab, d.base, d.n);
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
	CHECK(is_undumped(d.base) && hak_os_counts.n_mapped == n_mapped + 2);
	CHECK(hak_superslab_check() == 0);
	return 0;
}
