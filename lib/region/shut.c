/* SPDX-License-Identifier: MIT */
#include "region/shut.h"

#include "base/atomic.h"
#include "os/page.h"
#include "region/slices.h"

#define N_MORE 2 /* mappings, if an OS page in the middle of one is made inaccessible */

static uint64_t bit_of(unsigned slice)
{
	return (uint64_t)1 << slice % HAK_WORD_BITS;
}

static bool is_shut(const struct hak_superslab *s, unsigned slice)
{
	return (hak_load_relaxed(&s->shut[slice / HAK_WORD_BITS]) & bit_of(slice)) != 0;
}

static char *last_page_of(const struct hak_superslab *s, unsigned slice)
{
	return s->base + (slice + 1) * HAK_SLICE_SIZE - hak_os_page_size();
}

/* The bit is set from before until after: a child forked in between may have to open what is open. */
void hak_shut(struct hak_superslab *s, char *base)
{
	unsigned slice = hak_slices_idx_of(s, base);

	if (is_shut(s, slice) || !hak_os_can_split())
		return;
	hak_or_ordered(&s->shut[slice / HAK_WORD_BITS], bit_of(slice));
	if (hak_os_close(last_page_of(s, slice), hak_os_page_size()))
		hak_os_count_mappings(N_MORE);
	else
		hak_and_ordered(&s->shut[slice / HAK_WORD_BITS], ~bit_of(slice));
}

bool hak_shut_open(struct hak_superslab *s, char *base, size_t n)
{
	unsigned end = hak_slices_idx_of(s, base) + (unsigned)n;

	for (unsigned slice = end - (unsigned)n; slice < end; slice++) {
		if (!is_shut(s, slice))
			continue;
		if (!hak_os_open(last_page_of(s, slice), hak_os_page_size(), "hakmem: superslab"))
			return false;
		hak_and_ordered(&s->shut[slice / HAK_WORD_BITS], ~bit_of(slice));
		hak_os_count_mappings(-N_MORE);
	}
	return true;
}

void hak_shut_forget(const struct hak_superslab *s)
{
	for (unsigned i = 0; i < HAK_SLICES_WORDS; i++)
		hak_os_count_mappings(-N_MORE * (int)hak_bits_count(s->shut[i]));
}
