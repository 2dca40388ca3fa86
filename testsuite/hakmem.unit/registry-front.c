/* SPDX-License-Identifier: MIT */
/* An entry in front knows its own slice's addresses for its own heap's tag, and nothing else; of two slices that share an
 * entry the second does without, and neither can take the other's away. */
/* hak-skip-unless: echo | $CC -dM -E - | grep -q __LP64__ # its numbers are of 64 bit */
#include "threads.h"
#include "region/registry.h"

#define AT(number) ((char *)((uintptr_t)(number) << HAK_SLICE_SHIFT))
#define TAG(id) hak_registry_make_tag(id)
#define FRONT ((uintptr_t)1 << HAK_FRONT_SHIFT)

static uint8_t live[HAK_SLICE_SIZE / HAK_ALIGNMENT + 1];

/* A slab of blocks of 48 bytes. */
static void put(char *base, size_t n, uint64_t tag, unsigned sc)
{
	hak_registry_put_front(base, n, tag, sc,
		&(const struct hak_front){ .base = base, .live = live, .inverse = hak_registry_inverse(48) });
}

static uint64_t class_at(const char *p, uint64_t tag)
{
	return hak_registry_class_hit(hak_registry_front_of(p), p, tag);
}

static void check_knows(const char *slice, uint64_t tag, unsigned sc)
{
	CHECK(class_at(slice, tag) == sc);
	CHECK(class_at(slice + 16, tag) == sc);
	CHECK(class_at(slice + HAK_SLICE_SIZE - 1, tag) == sc);
}

static void check_not(const char *p, uint64_t tag)
{
	CHECK(class_at(p, tag) >= HAK_N_CLASSES, "%p", (const void *)p);
}

static void check_live(const char *base, const char *p)
{
	size_t off = (size_t)(p - base);
	uint8_t *found;

	CHECK(hak_registry_live_hit(hak_registry_front_of(p), p, &found) == (off % 48 == 0) &&
		(uintptr_t)found == (uintptr_t)live + off / 48);
}

static uint64_t n_won;

/* Threads that fill one entry, look, and leave it: whoever finds his word finds all that is his. */
static void compete(unsigned idx)
{
	char *base = AT(0x123456 + idx * FRONT);
	uint8_t *mine = live + idx * 100;
	unsigned long n = rounds(100000), n_had = 0;

	for (unsigned long i = 0; i < n; i++) {
		struct hak_front *f = hak_registry_front_of(base);
		uint8_t *found;

		hak_registry_put_front(base, 1, TAG(idx + 1), idx,
			&(const struct hak_front){ .base = base, .live = mine, .inverse = hak_registry_inverse(16 * (idx + 1)) });
		if (class_at(base, TAG(idx + 1)) == idx) {
			CHECK(hak_registry_live_hit(f, base + 160 * (idx + 1), &found) && found == mine + 10);
			n_had++;
		}
		check_not(base, TAG(idx + 2));
		hak_registry_drop_front(base, 1, TAG(idx + 1), idx);
		check_not(base, TAG(idx + 1));
	}
	hak_add_relaxed(&n_won, n_had);
}

int main(void)
{
	const uintptr_t n = 0x7f123456; /* the slice's number: 47 bits of address */
	char *a = AT(n), *b = AT(n ^ FRONT), *far = AT(n ^ (uintptr_t)1 << 30);

	check_not(NULL, TAG(1));
	check_not(a, TAG(1));
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		put(a, 1, TAG(1), sc);
		check_knows(a, TAG(1), sc);
		for (unsigned id = 2; id < 0x10000; id += 7)
			check_not(a, TAG(id));
		check_not(a, HAK_TAG_WITHOUT_WORDS);
		check_not(a - 1, TAG(1));
		check_not(a + HAK_SLICE_SIZE, TAG(1));
		for (unsigned bit = HAK_SLICE_SHIFT; bit < 64; bit++)
			check_not((const char *)((uintptr_t)a ^ (uintptr_t)1 << bit), TAG(1));
		for (unsigned off = 0; off < 200; off++)
			check_live(a, a + off);
		hak_registry_drop_front(a, 1, TAG(1), sc);
		check_not(a, TAG(1));
	}

	/* Who comes second does without, and goes without harm. */
	put(a, 1, TAG(1), 3);
	put(b, 1, TAG(2), 4);
	put(far, 1, TAG(1), 3);
	check_knows(a, TAG(1), 3);
	check_not(b, TAG(1));
	check_not(b, TAG(2));
	check_not(far, TAG(1));
	hak_registry_drop_front(b, 1, TAG(2), 4);
	hak_registry_drop_front(far, 1, TAG(1), 3);
	check_knows(a, TAG(1), 3);
	check_live(a, a + 96);

	/* Once it is free, it is the next one's. */
	hak_registry_drop_front(a, 1, TAG(1), 3);
	put(b, 1, TAG(6), 4);
	check_knows(b, TAG(6), 4);
	check_live(b, b + 96);
	check_not(a, TAG(6));
	hak_registry_drop_front(b, 1, TAG(6), 4);

	/* Heaps beyond those that have a tag: no word at all. */
	CHECK(TAG(UINT16_MAX - 1) != HAK_TAG_WITHOUT_WORDS && TAG(UINT16_MAX) == HAK_TAG_WITHOUT_WORDS);
	CHECK(TAG(70000) == HAK_TAG_WITHOUT_WORDS);
	put(a, 1, TAG(70000), 3);
	check_not(a, TAG(70000));
	hak_registry_drop_front(a, 1, TAG(70000), 3);

	/* Many slices at once, around the end of the table: all know where the slab begins. */
	put(AT(FRONT - 3), 6, TAG(9), 7);
	for (uintptr_t i = FRONT - 3; i < FRONT + 3; i++) {
		check_knows(AT(i), TAG(9), 7);
		check_live(AT(FRONT - 3), AT(i));
		check_live(AT(FRONT - 3), AT(i) + 32);
	}
	check_not(AT(FRONT - 4), TAG(9));
	check_not(AT(FRONT + 3), TAG(9));
	hak_registry_drop_front(AT(FRONT - 3), 6, TAG(9), 7);
	run_threads(3, compete);
	CHECK(n_won > 0);
	for (uintptr_t i = 0; i < FRONT; i++)
		CHECK(hak_registry_front[i].word == 0);
	return 0;
}
