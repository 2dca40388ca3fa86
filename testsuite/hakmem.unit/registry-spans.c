/* SPDX-License-Identifier: MIT */
/* Every address finds the span that was put there, and any other one nothing. */
/* hak-skip-unless: echo | $CC -dM -E - | grep -q __LP64__ # its numbers are of 64 bit */
#include "check.h"
#include "region/registry.h"

#define AT(number) ((const char *)((uintptr_t)(number) << HAK_SLICE_SHIFT))
#define N_NUMBERS ((uintptr_t)1 << (HAK_ADDRESS_BITS - HAK_SLICE_SHIFT))

static struct hak_span spans[40];

static void check_at(uintptr_t number, struct hak_span *span)
{
	CHECK(hak_registry_find(AT(number)) == span);
	CHECK(hak_registry_find(AT(number) + 1) == span);
	CHECK(hak_registry_find(AT(number) + HAK_SLICE_SIZE - 1) == span);
}

int main(void)
{
	/* The first slices and the last, the borders of leaves, and some that end in the same bits. */
	static const uintptr_t numbers[] = { 1, 5, 0x3ff0, 0x4000, 0x7ffa, 0x12345, 0x112345, 0x7000012345,
		N_NUMBERS - 5, N_NUMBERS - 1 };
	char local;

	CHECK(hak_registry_find(NULL) == NULL && hak_registry_find(&local) == NULL);
	CHECK(hak_registry_find((void *)UINTPTR_MAX) == NULL);
	for (size_t i = 0; i < N_OF(numbers); i++) {
		if (numbers[i] >= N_NUMBERS)
			continue;
		CHECK(hak_registry_reserve(AT(numbers[i]), HAK_SLICE_SIZE));
		CHECK(hak_registry_reserve(AT(numbers[i]), HAK_SLICE_SIZE));
		check_at(numbers[i], NULL);
		hak_registry_put(AT(numbers[i]), 1, &spans[i]);
	}
	for (size_t i = 0; i < N_OF(numbers); i++) {
		if (numbers[i] >= N_NUMBERS)
			continue;
		check_at(numbers[i], &spans[i]);
		if (numbers[i] != 1)
			CHECK(hak_registry_find(AT(numbers[i]) - 1) == NULL);
		if (numbers[i] != N_NUMBERS - 1)
			CHECK(hak_registry_find(AT(numbers[i] + 1)) == NULL);
	}

	/* Several slices, across the border of a leaf: the first claim of the first slice wins. */
	CHECK(hak_registry_reserve(AT(0x3fff), 5 * HAK_SLICE_SIZE));
	hak_registry_drop(AT(0x4000), 1);
	hak_registry_put(AT(0x3ffe), 5, &spans[30]);
	for (uintptr_t n = 0x3ffe; n < 0x4003; n++)
		check_at(n, &spans[30]);
	check_at(0x3ffd, NULL);
	check_at(0x4003, NULL);
	/* The next one below, across leaves that are not there. */
	CHECK(hak_registry_find_below(AT(0x4002) + 1, SIZE_MAX) == &spans[30]);
	CHECK(hak_registry_find_below(AT(0x4003), HAK_SLICE_SIZE) == &spans[30]);
	CHECK(hak_registry_find_below(AT(0x4003), 0) == NULL && hak_registry_find_below(AT(0), SIZE_MAX) == NULL);
	CHECK(hak_registry_find_below(AT(0x5fff), 0x1ffd * HAK_SLICE_SIZE) == &spans[30]);
	CHECK(hak_registry_find_below(AT(0x5fff), 0x1ffc * HAK_SLICE_SIZE) == NULL);
	CHECK(sizeof(void *) < 8 || hak_registry_find_below(AT(N_NUMBERS), SIZE_MAX) == NULL);
	CHECK(!hak_registry_claim(AT(0x3ffe), &spans[31], NULL));
	check_at(0x3ffe, &spans[30]);
	CHECK(hak_registry_claim(AT(0x3ffe), &spans[30], NULL));
	CHECK(!hak_registry_claim(AT(0x3ffe), &spans[30], NULL));
	check_at(0x3ffe, NULL);
	for (uintptr_t n = 0x3fff; n < 0x4003; n++)
		check_at(n, &spans[30]);

	/* Addresses beyond all are refused, not wrapped into others. */
	if (sizeof(void *) == 8) {
		CHECK(!hak_registry_reserve(AT(N_NUMBERS), HAK_SLICE_SIZE));
		CHECK(!hak_registry_reserve(AT(N_NUMBERS - 1), 2 * HAK_SLICE_SIZE));
		for (size_t i = 0; i < N_OF(numbers); i++)
			for (unsigned bit = HAK_ADDRESS_BITS - HAK_SLICE_SHIFT; bit < 64 - HAK_SLICE_SHIFT;
			     bit++)
				CHECK(hak_registry_find(AT(numbers[i] | (uintptr_t)1 << bit)) == NULL);
	}
	return 0;
}
