/* SPDX-License-Identifier: MIT */
#include "region/pad.h"

#include <string.h>

#include "base/atomic.h"
#include "base/text.h"
#include "conf/report.h"
#include "os/random.h"

#define N_WORD sizeof(uint64_t)
#define PIECE 4096                     /* bytes checked before they are zeroed */

uint64_t hak_pad_secret;

void hak_pad_start(void)
{
	uint32_t words[HAK_RANDOM_WORDS];

	hak_random_tend();
	hak_random_draw(words);
	hak_store_relaxed(&hak_pad_secret, (uint64_t)words[0] << 32 | words[1] | 1);
}

/* The bytes of a word from `at` on. */
static uint64_t mask_from(size_t at)
{
	uint64_t all = ~(uint64_t)0;

	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? all << 8 * at : all >> 8 * at;
}

void hak_pad_write(const void *p, char *from, size_t n)
{
	uint64_t pattern = hak_pad_pattern(p), mask = mask_from((uintptr_t)from % N_WORD);
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
	uint64_t pattern = hak_pad_pattern(p), mask = mask_from((uintptr_t)from % N_WORD);
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

/* Two words, for which most processors have one instruction. */
typedef uint64_t pair __attribute__((vector_size(16), may_alias));

/* A cache line at a time. */
bool hak_pad_is_zero(const char *p, size_t n)
{
	const pair *at = (const pair *)(const void *)p, *end = (const pair *)(const void *)(p + n);
	pair seen = { 0, 0 };

	HAK_ASSERT((uintptr_t)p % sizeof(pair) == 0 && n % sizeof(pair) == 0);
	for (; end - at >= 4; at += 4) {
		seen = (at[0] | at[1]) | (at[2] | at[3]);
		if ((seen[0] | seen[1]) != 0)
			return false;
	}
	for (; at < end; at++)
		seen |= *at;
	return (seen[0] | seen[1]) == 0;
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

void hak_pad_tell(const void *p, const char *what, const void **found)
{
	bool is_new = hak_report_is_new((uintptr_t)p);
	struct hak_text t;

	if (found != NULL && !is_new)
		return;
	if (found != NULL)
		*found = p;
	hak_text_open_line(&t);
	hak_text_add(&t, "hakmem: check: ");
	hak_text_add_hex(&t, (uintptr_t)p);
	hak_text_add(&t, what);
	hak_text_close(&t);
}
