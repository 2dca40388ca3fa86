/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* A caller compiled with a shorter struct gets only as much as it has room for, a longer one no more. */
#include "check.h"
#include <hakmem.h>

int main(void)
{
	unsigned char raw[sizeof(struct hakmem_stats) + 64];
	unsigned char raw_class[sizeof(struct hakmem_class_stats) + 64];
	size_t n, i, got;

	for (n = 0; n <= sizeof(raw); n += 8) {
		memset(raw, 0xee, sizeof(raw));
		got = hakmem_stats_get((struct hakmem_stats *)(void *)raw, n);
		CHECK(got == (n < sizeof(struct hakmem_stats) ? n : sizeof(struct hakmem_stats)),
		      "%zu of %zu", got, n);
		for (i = got; i < sizeof(raw); i++)
			CHECK(raw[i] == 0xee, "byte %zu written with size %zu", i, n);
	}
	for (n = 8; n <= sizeof(raw_class); n += 8) {
		memset(raw_class, 0xee, sizeof(raw_class));
		got = hakmem_class_stats_get(0, (struct hakmem_class_stats *)(void *)raw_class, n);
		CHECK(got == (n < sizeof(struct hakmem_class_stats) ? n : sizeof(struct hakmem_class_stats)));
		for (i = got; i < sizeof(raw_class); i++)
			CHECK(raw_class[i] == 0xee, "byte %zu written with size %zu", i, n);
	}
	return 0;
}
