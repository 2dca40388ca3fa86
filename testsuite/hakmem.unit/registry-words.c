/* SPDX-License-Identifier: MIT */
/* The word in front knows its own slice's addresses for its own heap's tag, and nothing else; of two slices that
 * share a word the second does without, and neither can take the other's away. */
/* hak-skip-unless: echo | $CC -dM -E - | grep -q __LP64__ # its numbers are of 64 bit */
#include "check.h"
#include "region/registry.h"

#define AT(number) ((const char *)((uintptr_t)(number) << HAK_SLICE_SHIFT))
#define TAG(id) ((uint64_t)1 << 63 | (uint64_t)(id) << 48)
#define FRONT ((uintptr_t)1 << HAK_FRONT_SHIFT)

static void check_knows(const char *slice, uint64_t tag, unsigned sc)
{
	CHECK(hak_registry_class_hit(slice, tag) == sc);
	CHECK(hak_registry_class_hit(slice + 16, tag) == sc);
	CHECK(hak_registry_class_hit(slice + HAK_SLICE_SIZE - 1, tag) == sc);
}

static void check_not(const char *p, uint64_t tag)
{
	CHECK(hak_registry_class_hit(p, tag) >= HAK_N_CLASSES, "%p", (const void *)p);
}

int main(void)
{
	const uintptr_t n = 0x7f123456; /* the slice's number: 47 bits of address */
	const char *a = AT(n), *b = AT(n ^ FRONT), *far = AT(n ^ (uintptr_t)1 << 30);

	check_not(NULL, TAG(1));
	check_not(a, TAG(1));
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		hak_registry_set_words(a, 1, 0, TAG(1), sc);
		check_knows(a, TAG(1), sc);
		for (unsigned id = 2; id < 0x8000; id += 7)
			check_not(a, TAG(id));
		check_not(a, 0);
		check_not(a - 1, TAG(1));
		check_not(a + HAK_SLICE_SIZE, TAG(1));
		for (unsigned bit = HAK_SLICE_SHIFT; bit < 64; bit++)
			check_not((const char *)((uintptr_t)a ^ (uintptr_t)1 << bit), TAG(1));
		hak_registry_set_words(a, 1, TAG(1), 0, sc);
		check_not(a, TAG(1));
	}

	/* Who comes second does without, and goes without harm. */
	hak_registry_set_words(a, 1, 0, TAG(1), 3);
	hak_registry_set_words(b, 1, 0, TAG(2), 4);
	hak_registry_set_words(far, 1, 0, TAG(1), 3);
	check_knows(a, TAG(1), 3);
	check_not(b, TAG(1));
	check_not(b, TAG(2));
	check_not(far, TAG(1));
	hak_registry_set_words(b, 1, TAG(2), 0, 4);
	hak_registry_set_words(far, 1, TAG(1), 0, 3);
	check_knows(a, TAG(1), 3);

	/* A new owner: its tag, and no longer the old one's. */
	hak_registry_set_words(a, 1, TAG(1), TAG(5), 3);
	check_knows(a, TAG(5), 3);
	check_not(a, TAG(1));
	/* ... for a slice that has no word so far, too, once it is free. */
	hak_registry_set_words(b, 1, TAG(2), TAG(6), 4);
	check_not(b, TAG(6));
	hak_registry_set_words(a, 1, TAG(5), 0, 3);
	hak_registry_set_words(b, 1, TAG(2), TAG(6), 4);
	check_knows(b, TAG(6), 4);
	check_not(a, TAG(6));
	hak_registry_set_words(b, 1, TAG(6), 0, 4);

	/* Many slices at once, around the end of the table. */
	hak_registry_set_words(AT(FRONT - 3), 6, 0, TAG(9), 7);
	for (uintptr_t i = FRONT - 3; i < FRONT + 3; i++)
		check_knows(AT(i), TAG(9), 7);
	check_not(AT(FRONT - 4), TAG(9));
	check_not(AT(FRONT + 3), TAG(9));
	hak_registry_set_words(AT(FRONT - 3), 6, TAG(9), 0, 7);
	for (uintptr_t i = 0; i < FRONT; i++)
		CHECK(hak_registry_front[i] == 0);
	return 0;
}
