/* SPDX-License-Identifier: MIT */
/* All metadata lies between inaccessible OS pages: chunks of small pieces, arrays with OS pages of their own,
 * leaves of the registry. So what a program writes past or before its blocks ends before it comes to any. */
#include "threads.h"
#include "region/meta.c"
#include "hakmem.h"

#define N_BLOCKS 150000
#define N_THREADS 3

/* Caches grow beyond HAK_META_MAX. */
static void fill_caches(unsigned idx)
{
	static void *blocks[N_THREADS][N_BLOCKS];
	size_t size = (size_t)16 << idx, n = N_BLOCKS >> idx;

	for (unsigned round = 0; round < 12; round++) {
		for (size_t i = 0; i < n; i++)
			CHECK(blocks[idx][i] = hakmem_malloc(size));
		for (size_t i = 0; i < n; i++)
			hakmem_free(blocks[idx][i]);
	}
}

/* Is the OS page at p inaccessible, and there? What is not could be a block's mapping next. */
static bool is_guard(const char *p)
{
	char line[512], rights[8];
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long first, end;
	bool is_one = false;

	CHECK(maps != NULL);
	while (fgets(line, sizeof line, maps) != NULL)
		if (sscanf(line, "%lx-%lx %4s", &first, &end, rights) == 3 && (uintptr_t)p >= first && (uintptr_t)p < end)
			is_one = strcmp(rights, "---p") == 0;
	fclose(maps);
	return is_one;
}

int main(void)
{
	size_t page = hak_os_page_size(), n = 0, n_bytes = 0;

	if (is_emulated())
		UNSUPPORTED_BECAUSE("the emulator's maps are not the program's");
	run_threads(N_THREADS, fill_caches);
	/* Each is in another GiB. */
	for (unsigned i = 0; i < 6; i++)
		(void)hide(hakmem_malloc(GIB(1)));
	for (const struct hak_meta_range *r = hak_load_acquire(&hak_meta_ranges); r != NULL; r = r->next) {
		const char *base = (const char *)((uintptr_t)r->base & -page);
		const char *end = base + hak_round_up(r->size + (size_t)(r->base - base), page);

		CHECK(is_guard(base - page), "before %p, %zu bytes", (const void *)r->base, r->size);
		CHECK(is_guard(end), "behind %p, %zu bytes", (const void *)r->base, r->size);
		n++;
		n_bytes += r->size;
	}
	CHECK(n >= 5 && n_bytes >= HAK_META_CHUNK, "only %zu ranges of %zu bytes", n, n_bytes);
	return 0;
}
