/* SPDX-License-Identifier: MIT */
/* hak-plain: there are no sentries */
/* hak-link: shared */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* hak-conf: on_error:report,guard_sample:now */
/* hak-stderr: hakmem: free\(0x[0-9a-f]+\): double free \(class [0-9]+, thread [0-9]+\) */
/* hak-stderr: hakmem: realloc\(0x[0-9a-f]+\): double free \(class [0-9]+, thread [0-9]+\) */
/* hak-stderr: hakmem: free\(0x[0-9a-f]+\): pointer inside a block \(class [0-9]+, thread [0-9]+\) */
/* hak-stderr: hakmem: free\(0x[0-9a-f]+\): misaligned pointer \(class [0-9]+, thread [0-9]+\) */
/* hak-stderr: hakmem: free_sized\(0x[0-9a-f]+\): wrong size \(class [0-9]+, thread [0-9]+\) */
/* A block that guard_sample has chosen agrees with every function of the family: usable size, realloc, sized and aligned frees,
 * calloc, statistics, hakmem_check(), a forked child; bad frees of it have their verdicts. No other block has a usable size that is
 * odd, and that is how this finds them. */
#include "check.h"
#include <sys/wait.h>
#include "hakmem.h"

size_t malloc_object_size(const void *ptr);
void free_sized(void *ptr, size_t size);
void free_aligned_sized(void *ptr, size_t alignment, size_t size);

static void *by_malloc(size_t size)
{
	return malloc(size);
}

static void *by_calloc(size_t size)
{
	return calloc(1, size);
}

static void *by_align(size_t size)
{
	return aligned_alloc(256, size);
}

static void *by_realloc(size_t size)
{
	return realloc(malloc(9), size);
}

static unsigned char *find(void *(*take)(size_t), size_t size)
{
	double until = now() + 60;
	static unsigned char *others[5000];
	unsigned n = 0;

	while (now() < until) {
		unsigned char *p = hide(take(size));

		CHECK(p);
		if (malloc_usable_size(p) == size)
			return p;
		/* Enough come and go for misses. */
		free(others[n]);
		others[n] = p;
		n = (n + 1) % N_OF(others);
		if (n % 100 == 0)
			usleep(1000);
	}
	CHECK(0, "no block of %zu bytes was chosen", size);
	return NULL;
}

static void check_sizes(void)
{
	unsigned char *p = find(by_malloc, 1001), *q;

	fill(p, 1001, 1);
	CHECK(malloc_object_size(p + 1) == 1000 && hakmem_check() == 0);
	CHECK(realloc(p, 1001) == p);
	q = realloc(p, 999); /* moves: the next write past the end is found, too */
	CHECK(q != p && malloc_usable_size(q) >= 999 && filled(q, 999, 1) == 999);
	q = realloc(q, 5001);
	CHECK(filled(q, 999, 1) == 999 && malloc_usable_size(q) >= 5001);
	free(q);
	free_sized(find(by_malloc, 77), 77);
	free_sized(find(by_malloc, 77), 66); /* of the same class: accepted everywhere */
	p = find(by_align, 301);
	CHECK((uintptr_t)p % 256 == 0);
	free_aligned_sized(p, 256, 301);
	p = find(by_calloc, 9001);
	for (size_t i = 0; i < 9001; i++)
		CHECK(p[i] == 0);
	fill(p, 9001, 2);
	p = realloc(p, 3);
	CHECK(filled(p, 3, 2) == 3);
	free(p);
	p = find(by_realloc, 333);
	fill(p, 333, 3);
	p = realloc(p, 100000);
	CHECK(filled(p, 333, 3) == 333);
	free(p);
}

static void check_child(void)
{
	unsigned char *p = find(by_malloc, 501);
	pid_t child = fork();
	int status;

	if (child == 0) {
		fill(p, 501, 4);
		free(p);
		free(find(by_malloc, 501));
		_exit(hakmem_check() == 0 ? 0 : 1);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	free(p);
}

static void check_verdicts(void)
{
	struct hakmem_stats before, after;
	unsigned char *p = find(by_malloc, 201);

	CHECK(hakmem_stats_get(&before, sizeof(before)));
	CHECK(before.n_large >= 1 && before.large >= 4096);
	free_sized(p, 20);
	free(p + 16);
	free(p + 3);
	free(p);
	free(p);
	CHECK(realloc(p, 10) == NULL);
	CHECK(hakmem_stats_get(&after, sizeof(after)));
	CHECK(after.n_errors == before.n_errors + 5, "%u", (unsigned)(after.n_errors - before.n_errors));
	CHECK(after.n_large == before.n_large - 1 && after.large < before.large);
	CHECK(after.active + after.dirty + after.lazy + after.clean == after.mapped);
	CHECK(hakmem_check() == 0);
}

int main(void)
{
	check_sizes();
	check_child();
	check_verdicts();
	return 0;
}
