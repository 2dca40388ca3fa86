/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: on_error:report */
/* hak-stderr: ^hakmem: free\(0x.*\): not a block of ours \(class none, thread [0-9]+\)$ */
/* Numbers made of nothing but a heap's number, a class and an offset, in every place where a tag may keep them. */
#include "check.h"
#include <hakmem.h>

#define N_IDS 6
#define N_CLASSES 80

static uint64_t n_frees;

static void give(uint64_t number)
{
	free(hide((void *)(uintptr_t)number));
	n_frees++;
}

int main(void)
{
	struct hakmem_stats stats;
	size_t n;
	uint64_t id, sc;

	if (sizeof(void *) < 8)
		UNSUPPORTED_BECAUSE("addresses have no bit to spare here");
	free(hide(malloc(16)));
	for (id = 0; id < N_IDS; id++) {
		for (sc = 0; sc < N_CLASSES; sc++) {
			give(UINT64_C(1) << 63 | id << 48 | sc << 16 | 16);
			give((id + 1) << 48 | sc << 16 | 16);
			give(UINT64_C(1) << 63 | id << 24 | sc << 16 | 16);
			give(UINT64_C(1) << 62 | id << 24 | sc << 16 | 16);
			give(UINT64_C(1) << 63 | (id ^ 0xfff) << 24 | sc << 16 | 16);
		}
	}
	CHECK(hakmem_stats_get(&stats, sizeof(stats)) == sizeof(stats));
	CHECK(stats.n_errors == n_frees, "%llu of %llu bad frees seen", (unsigned long long)stats.n_errors,
	      (unsigned long long)n_frees);
	for (n = 1; n <= 65536; n += n / 16 + 1)
		CHECK((uint64_t)(uintptr_t)hide(malloc(n)) >> 48 == 0, "malloc(%zu) gives a wild address", n);
	return 0;
}
