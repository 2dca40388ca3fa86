/* SPDX-License-Identifier: MIT */
/* hak-link: static */
/* hak-skip-unless: test -f "$HAKMEM_A" */
/* hak-opt: -O2 */
/* hak-conf: on_error:report */
/* hak-timeout: 120 */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): */
/* Ten million random bad pointers among good calls: each is counted in the very call, and no good one is. The
 * arguments are their number, else HAK_FUZZ, and a seed. */
#include "fuzz.h"

static struct shadow shadow;

static void check_count(uint64_t before, uint64_t n, const char *what, const void *p)
{
	uint64_t count = hak_report_count();

	CHECK(count == before + n, "after %llu bad pointers, %s (%p): counted %lld, not %u", (unsigned long long)shadow.n_bad,
	      what, p, (long long)(count - before), (unsigned)n);
}

static void *make_bad(enum bad_kind kind)
{
	struct shadow *s = &shadow;
	void *p;

	if (kind < N_BAD_OF_LIVE)
		return bad_of_live(s, kind);
	p = kind == BAD_TWICE ? good_give(s) : bad_of_freed(s, kind);
	/* What was freed may live again, or a block begin inside of what it was. */
	return p && !is_live(s, p) ? p : bad_of_live(s, BAD_OFF);
}

int main(int argc, char **argv)
{
	unsigned long n = arg(argc, argv, 1, fuzz_length());
	struct hakmem_stats stats;
	uint64_t before;

	fuzz_start(&shadow, arg(argc, argv, 2, 13));
	while (shadow.n < 100)
		good_take(&shadow);
	while (shadow.n_bad < n) {
		enum bad_kind kind = (enum bad_kind)fuzz_pick(&shadow, N_BAD);
		void *p;

		before = hak_report_count();
		good(&shadow);
		check_count(before, 0, "a good call", NULL);
		p = make_bad(kind);
		check_count(before, 0, "a good free", p);
		bad_call(&shadow, p);
		check_count(before, 1, bad_names[kind], p);
		if (shadow.n_bad % 100000 == 0)
			malloc_trim(0);
	}
	before = hak_report_count();
	fuzz_end(&shadow);
	CHECK(hakmem_check() == 0);
	check_count(before, 0, "the end", NULL);
	CHECK(hakmem_stats_get(&stats, sizeof(stats)) == sizeof(stats) && stats.n_errors == shadow.n_bad);
	return 0;
}
