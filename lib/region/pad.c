/* SPDX-License-Identifier: MIT */
#include "region/pad.h"

#include <string.h>

#include "base/atomic.h"
#include "conf/limits.h"
#include "os/random.h"

#define N_WORD sizeof(uint64_t)
#define NEVER_TEXT 0x8080808080808080U /* not ASCII */
#define PIECE 4096                     /* bytes checked before they are zeroed */

static uint64_t secret; /* const once drawn */

void hak_pad_start(void)
{
	uint32_t words[HAK_RANDOM_WORDS];

	hak_random_tend();
	hak_random_draw(words);
	hak_store_relaxed(&secret, (uint64_t)words[0] << 32 | words[1] | 1);
}

size_t hak_pad_least(size_t size)
{
	return size < HAK_PAD_SMALL ? 1 : size < HAK_PAD_MIDDLE ? HAK_PAD_WORD : 2 * HAK_PAD_WORD;
}

static uint64_t pattern_of(const void *p)
{
	uint64_t x = ((uintptr_t)p ^ secret) * secret;

	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9U;
	return (x ^ x >> 32) | NEVER_TEXT;
}

/* The bytes of a word from `at` on. */
static uint64_t mask_from(size_t at)
{
	uint64_t all = ~(uint64_t)0;

	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? all << 8 * at : all >> 8 * at;
}

void hak_pad_write(const void *p, char *from, size_t n)
{
	uint64_t pattern = pattern_of(p), mask = mask_from((uintptr_t)from % N_WORD);
	uint64_t *word = (uint64_t *)(void *)(from - (uintptr_t)from % N_WORD), *end = (uint64_t *)(void *)(from + n);

	HAK_ASSERT((uintptr_t)end % N_WORD == 0);
	if (word == end)
		return;
	*word = (*word & ~mask) | (pattern & mask);
	while (++word < end)
		*word = pattern;
}

bool hak_pad_is_whole(const void *p, const char *from, size_t n)
{
	uint64_t pattern = pattern_of(p), mask = mask_from((uintptr_t)from % N_WORD);
	const uint64_t *word = (const uint64_t *)(const void *)(from - (uintptr_t)from % N_WORD);
	const uint64_t *end = (const uint64_t *)(const void *)(from + n);

	if (n == 0)
		return true;
	if (((*word ^ pattern) & mask) != 0)
		return false;
	while (++word < end)
		if (*word != pattern)
			return false;
	return true;
}

/* A cache line at a time. */
static bool are_zero(const uint64_t *word, size_t n)
{
	uint64_t seen = 0;
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		seen = word[i] | word[i + 1] | word[i + 2] | word[i + 3] | word[i + 4] | word[i + 5] | word[i + 6] | word[i + 7];
		if (seen != 0)
			return false;
	}
	for (; i < n; i++)
		seen |= word[i];
	return seen == 0;
}

bool hak_pad_is_zero(const char *p, size_t n)
{
	HAK_ASSERT((uintptr_t)p % N_WORD == 0 && n % N_WORD == 0);
	return are_zero((const uint64_t *)(const void *)p, n / N_WORD);
}

void hak_pad_clear(char *p, size_t n)
{
	if (n <= PIECE) {
		memset(p, 0, n);
		return;
	}
	for (size_t at = 0; at < n; at += PIECE) {
		size_t k = n - at < PIECE ? n - at : PIECE;

		if (!hak_pad_is_zero(p + at, k))
			memset(p + at, 0, k);
	}
}
