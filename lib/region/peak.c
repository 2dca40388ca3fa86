/* SPDX-License-Identifier: MIT */
#include "region/peak.h"

#include "base/atomic.h"
#include "region/slices.h"

struct hak_peaks hak_peaks;

static void raise_to(uint64_t *peak, uint64_t now)
{
	uint64_t seen = hak_load_relaxed(peak);

	while (HAK_UNLIKELY(now > seen) && !hak_cas_acquire(peak, &seen, now))
		;
}

void hak_peak_count_large(int64_t n_bytes)
{
	uint64_t large = hak_add_relaxed(&hak_peaks.large, (uint64_t)n_bytes) + (uint64_t)n_bytes;

	if (n_bytes > 0)
		raise_to(&hak_peaks.active, large + hak_load_relaxed(&hak_superslabs.n_used) * HAK_SLICE_SIZE);
}

void hak_peak_note_slices_locked(void)
{
	raise_to(&hak_peaks.active, hak_load_relaxed(&hak_peaks.large) + hak_superslabs.n_used * HAK_SLICE_SIZE);
}

void hak_peak_note_held(uint64_t n_bytes)
{
	raise_to(&hak_peaks.held, n_bytes);
}
