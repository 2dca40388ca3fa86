/* SPDX-License-Identifier: MIT */
/* held is active + dirty, as they are counted, and some metadata, whatever was taken, resized and freed, but for those
 * ends of runs, and of slabs of one block, that hold nothing; and never less than what is resident. */
#include "unit.h"
#include "conf/options.h"
#include "watch/stats.h"

#define N 3000

static void check_equation(size_t n_runs)
{
	struct hakmem_stats s;
	uint64_t sum;

	hak_stats_count(&s);
	sum = s.active + s.dirty;
	CHECK(s.held + n_runs * 65536 >= sum && s.held <= sum + MIB(2), "held %zu, of %zu", (size_t)s.held, (size_t)sum);
}

int main(void)
{
	static void *blocks[N];
	uint64_t state = 9;
	struct hakmem_stats stats;
	unsigned i;

	hak_options.purge_delay = -1;
	for (i = 0; i < rounds(60000); i++) {
		unsigned at = (unsigned)(rnd(&state) % N);
		size_t size = i % 16 == 0 ? rnd_size(&state, MIB(1)) : rnd_size(&state, 60000);

		if (i % 256 == 0)
			size = MIB(4) + rnd_size(&state, MIB(8));
		if (rnd(&state) % 4 == 0) {
			void *p = hakmem_realloc(blocks[at], size);

			CHECK(p);
			blocks[at] = p;
		} else {
			hakmem_free(blocks[at]);
			blocks[at] = rnd(&state) % 3 ? hakmem_malloc(size) : NULL;
		}
		if (i % 1000 == 0)
			check_equation(N);
		if (i % 5000 == 0)
			hakmem_trim(0);
	}
	for (i = 0; i < N; i++)
		hakmem_free(blocks[i]);
	check_equation(100); /* in the cache, and empty */
	hakmem_trim(0);
	check_equation(0);
	hak_stats_get(&stats);
	CHECK(stats.held < MIB(16), "%zu held", (size_t)stats.held);
	CHECK(stats.held >= stats.resident - stats.metadata, "%zu held, %zu resident", (size_t)stats.held,
		(size_t)stats.resident);
	return 0;
}
