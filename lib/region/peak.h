/* SPDX-License-Identifier: MIT */
/*
 * Owns: the most that was in use, and the most that was held, at any time so far.
 * Threads: any. Locks: none.
 * What comes into use or is held is counted first and noted then. A peak never falls. If several threads come at once, it
 * may be what one of them saw in between.
 */
#ifndef HAK_REGION_PEAK_H
#define HAK_REGION_PEAK_H

#include "base/attr.h"

struct hak_peaks {
	uint64_t active;     /* any: bytes of used slices and live large blocks */
	uint64_t held;       /* any: bytes that count against the limits (region/limit.h) */
	uint64_t large;      /* any: bytes of live large blocks now: part of what active is the most of */
};

extern struct hak_peaks hak_peaks;

/* Large blocks have become larger by so many bytes, or smaller. */
void hak_peak_count_large(int64_t n_bytes);

/* More slices are in use. Under the lock SUPERSLAB. */
void hak_peak_note_slices_locked(void);

/* So much is held now. */
void hak_peak_note_held(uint64_t n_bytes);

#endif
