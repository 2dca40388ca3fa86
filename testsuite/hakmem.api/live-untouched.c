/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* No byte of a live block is written by the library, to the end of its usable size, amid churn. */
#include "check.h"

#define N 3000

static unsigned char *live[N], *churn[N];

int main(int argc, char **argv)
{
	uint64_t random = arg(argc, argv, 1, 3);
	size_t i, round, n;

	for (i = 0; i < N; i++) {
		live[i] = malloc(rnd_size(&random, i % 50 ? 2000 : 200000));
		CHECK(live[i]);
		fill(live[i], malloc_usable_size(live[i]), i);
	}
	for (round = 0; round < 20; round++) {
		for (i = 0; i < N; i++) {
			churn[i] = malloc(rnd_size(&random, i % 50 ? 2000 : 200000));
			CHECK(churn[i]);
			memset(churn[i], 0xff, malloc_usable_size(churn[i]));
		}
		for (i = 0; i < N; i++)
			free(churn[i]);
		if (round == 10)
			malloc_trim(0);
	}
	for (i = 0; i < N; i++) {
		n = malloc_usable_size(live[i]);
		CHECK(filled(live[i], n, i) == n, "block %zu, byte %zu of %zu", i, filled(live[i], n, i), n);
		free(live[i]);
	}
	return 0;
}
