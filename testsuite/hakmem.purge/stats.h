/* SPDX-License-Identifier: MIT */
/* What the tests of the statistics share: what the kernel says is resident of libhakmem's mappings, and a program
 * with blocks of all sizes. */
#ifndef STATS_H
#define STATS_H
#include "purge.h"
#include <hakmem.h>

#define N_MIXED 6000

#ifndef N_THREADS
#define N_THREADS 0
#endif
/* Anonymous memory of others: libraries' data, with an audit build's counters, stacks and thread-local storage. */
#define FOREIGN (KIB(96) + N_THREADS * KIB(64) + (strcmp(getenv("HAK_AUDIT"), "1") == 0 ? KIB(256) : 0))

/* Rss of our mappings: those that bear our name, or, on a kernel that gives none, all anonymous ones that are
 * neither another library's data nor named otherwise. Nothing here allocates. 0 where a mapping stands there twice: the
 * kernel reads out some at a time, and the purge thread can split or join them meanwhile. */
static size_t rss_of_ours(void)
{
	static char text[2 << 20];
	size_t n_read = 0, ours = 0;
	bool is_mine = false, follows_foreign = false, has_names;
	unsigned long from, to, end_before = 0;
	char *line, *next;
	ssize_t n;
	int fd = open("/proc/self/smaps", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	while ((n = read(fd, text + n_read, sizeof(text) - 1 - n_read)) > 0)
		n_read += (size_t)n;
	close(fd);
	CHECK(n_read < sizeof(text) - 1, "more mappings than the test can read");
	text[n_read] = '\0';
	has_names = strstr(text, "hakmem: ") != NULL;
	for (line = text; *line; line = next) {
		next = strchr(line, '\n');
		CHECK(next);
		*next++ = '\0';
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2) {
			bool is_plain = !strchr(line, '/') && !strchr(line, '[');

			if (from < end_before)
				return 0;
			if (from != end_before)
				follows_foreign = has_names;
			if (strstr(line, "libhakmem")) /* its tables follow its file */
				follows_foreign = false;
			else if (!is_plain)
				follows_foreign = true;
			is_mine = strstr(line, "hakmem: ") || (is_plain && !follows_foreign);
			end_before = to;
		} else if (is_mine && strncmp(line, "Rss:", 4) == 0) {
			ours += KIB(strtoul(line + 4, NULL, 10));
		}
	}
	return ours;
}

/* The statistics agree with each other, and with the kernel within 2 %. */
static struct hakmem_stats check_stats(const char *when)
{
	struct hakmem_stats s, after;
	size_t ours, off;
	int n_looks = 0;

	do { /* until nothing was purged while we looked */
		CHECK(hakmem_stats_get(&s, sizeof(s)) == sizeof(s));
		ours = rss_of_ours();
		CHECK(hakmem_stats_get(&after, sizeof(after)) == sizeof(after));
	} while ((ours == 0 || after.resident != s.resident) && ++n_looks < 100);
	CHECK(ours > 0, "%s: the mappings never stood still", when);
	CHECK(s.allocated + s.cached + s.in_flight + s.slab_free == s.active, "%s", when);
	CHECK(s.active + s.dirty + s.lazy + s.clean == s.mapped, "%s", when);
	CHECK(s.active - s.holes + s.dirty + s.lazy + s.metadata == s.resident, "%s", when);
	off = ours > s.resident ? ours - s.resident : s.resident - ours;
	dprintf(1, "%s: allocated %llu, cached %llu, slab_free %llu, holes %llu, dirty %llu, lazy %llu, "
		"metadata %llu = %llu; the kernel: %zu, %.2f %%\n", when, (unsigned long long)s.allocated,
		(unsigned long long)s.cached, (unsigned long long)(s.slab_free + s.in_flight),
		(unsigned long long)s.holes, (unsigned long long)s.dirty, (unsigned long long)s.lazy,
		(unsigned long long)s.metadata, (unsigned long long)s.resident, ours,
		100.0 * (double)off / (double)ours);
	CHECK(off <= ours / 50 + FOREIGN, "%s: %llu resident, %zu says the kernel", when, (unsigned long long)s.resident, ours);
	return s;
}

struct mixed {
	void *p[N_MIXED];
	uint64_t random;
};

/* So many frees and allocations of 1 byte to 8 MiB, most of them small, each written to. */
static void churn_mixed(struct mixed *m, size_t n)
{
	size_t i, k, size;

	for (i = 0; i < n; i++) {
		k = rnd(&m->random) % N_MIXED;
		free(m->p[k]);
		size = rnd_size(&m->random, i % 16 ? 20000 : i % 1024 ? 300000 : MIB(8));
		m->p[k] = i % 7 ? malloc(size) : aligned_alloc(128, size);
		CHECK(m->p[k]);
		memset(m->p[k], (int)i, size);
	}
}

UNUSED static void free_mixed(struct mixed *m, size_t keep)
{
	size_t k;

	for (k = 0; k < N_MIXED; k++) {
		if (keep && k % keep == 0)
			continue;
		free(m->p[k]);
		m->p[k] = NULL;
	}
}

#endif
