/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/* vm.max_map_count used up: NULL with ENOMEM or success, frees keep errno; with room again all works. */
#include "limit.h"
#include <sys/mman.h>

int main(void)
{
	size_t os_page = (size_t)sysconf(_SC_PAGESIZE), most = 0, i, n_split, round;
	char text[32] = "";
	char *maps;
	int fd = open("/proc/sys/vm/max_map_count", O_RDONLY);

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
		most = strtoul(text, NULL, 10);
	close(fd);
	if (!most || most > 300000)
		UNSUPPORTED_BECAUSE("vm.max_map_count is %zu", most);

	for (i = 0; i < 4000; i++) {
		size_t n = i * 97 % 5000 + (i % 100 ? 1 : i % 200 ? 300000 : MIB(3));

		held[n_held].p = malloc(n);
		CHECK(held[n_held].p);
		held[n_held].n = n;
		fill_thin(held[n_held].p, n, n_held);
		n_held++;
	}
	maps = mmap(NULL, (most + 10) * 2 * os_page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		    -1, 0);
	CHECK(maps != MAP_FAILED);
	for (n_split = 0; n_split < most; n_split++)
		if (mprotect(maps + (2 * n_split + 1) * os_page, os_page, PROT_READ))
			break;
	CHECK(n_split < most, "the count was never used up");

	for (round = 0; round < 3; round++) {
		verify_held();
		realloc_held(MIB(3));
		verify_held();
		for (i = 0; i < n_held; i += 2) {
			errno_set(EXDEV);
			free(held[i].p);
			CHECK(errno_get() == EXDEV, "after free of a block of %zu", held[i].n);
			errno_set(0);
			held[i].p = malloc(held[i].n);
			if (!held[i].p) {
				CHECK(errno_get() == ENOMEM, "malloc(%zu)", held[i].n);
				held[i].n = 0;
			}
			fill_thin(held[i].p, held[i].n, i);
		}
		for (i = 0; i < 60; i++) {
			void *p;

			errno_set(0);
			p = i % 2 ? malloc(MIB(1) + i * MIB(1)) : aligned_alloc(MIB(1), MIB(2));
			CHECK(p || errno_get() == ENOMEM);
			free(p);
		}
		malloc_trim(0);
	}
	verify_held();
	CHECK(munmap(maps, (most + 10) * 2 * os_page) == 0);
	for (i = 0; i < N_OF(tier_sizes); i++)
		CHECK(hide(malloc(tier_sizes[i])), "%zu bytes, with room again", tier_sizes[i]);
	verify_held();
	free_held();
	return 0;
}
