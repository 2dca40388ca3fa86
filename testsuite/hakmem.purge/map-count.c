/* SPDX-License-Identifier: MIT */
/* hak-plain: counts addresses or mappings */
/* hak-link: shared */
/* hak-timeout: 120 */
/* 1,000,000 times memory is mapped, unmapped and purged, with holes everywhere: never is there a want of mappings, and the
 * library needs few of them. */
#include "purge.h"
#include <hakmem.h>

#define N_BLOCKS 500
#define N_CALLS 1000000

static void *blocks[N_BLOCKS];
static uint64_t random_ = 77;

static size_t count_mappings(void)
{
	static char text[1 << 16];
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	size_t lines = 0;
	ssize_t n, i;

	CHECK(fd >= 0);
	while ((n = read(fd, text, sizeof(text))) > 0)
		for (i = 0; i < n; i++)
			lines += text[i] == '\n';
	close(fd);
	return lines;
}

int main(int argc, char **argv)
{
	size_t n_calls = arg(argc, argv, 1, N_CALLS), most = 0, n, k, size;
	struct hakmem_stats s = { 0 };

	hakmem_option_set("purge_delay", "0");
	while (s.n_map_calls + s.n_purge_calls < n_calls) {
		for (n = 0; n < 3000; n++) {
			k = rnd(&random_) % N_BLOCKS;
			free(blocks[k]);
			size = n % 4 ? 70000 + rnd(&random_) % 2000000 : MIB(4) + rnd(&random_) % MIB(8);
			blocks[k] = malloc(size);
			CHECK(blocks[k], "%zu bytes, after %llu calls, %llu mappings", size,
			      (unsigned long long)(s.n_map_calls + s.n_purge_calls),
			      (unsigned long long)s.n_mappings);
			*(char *)blocks[k] = 1;
			if (n % 8 == 0)
				hakmem_trim(0);
		}
		CHECK(hakmem_stats_get(&s, sizeof(s)) == sizeof(s));
		n = count_mappings();
		most = n > most ? n : most;
		CHECK(n <= s.n_mappings + 100, "%zu mappings, %llu of them ours", n, (unsigned long long)s.n_mappings);
	}
	CHECK(most <= 16384 + N_BLOCKS, "%zu mappings", most);
	dprintf(1, "%llu calls to map, %llu to purge, at most %zu mappings\n", (unsigned long long)s.n_map_calls,
		(unsigned long long)s.n_purge_calls, most);
	for (k = 0; k < N_BLOCKS; k++)
		free(blocks[k]);
	hakmem_trim(0);
	CHECK(count_mappings() < 100, "%zu mappings when all is freed", count_mappings());
	return 0;
}
