/* SPDX-License-Identifier: MIT */
/*
 * Owns: sampling: whether samples are taken, and what happens when a sampled block is allocated, resized and freed.
 * Threads: any. Async-signal-safe, except for hak_sample_settle(). Locks: the profile's, inside.
 * A sampled block has a mark: in its live byte, or in its span if it is not in a slab. The mark makes its free miss; frees of
 * other blocks are not affected. A mark may outlive its record, and then means nothing.
 * What the unwinder allocates is never sampled, nor what a signal handler allocates that interrupts it: both are inside a
 * miss.
 */
#ifndef HAK_WATCH_SAMPLE_H
#define HAK_WATCH_SAMPLE_H

#include "base/probe.h"
#include "region/registry.h"
#include "tiny/sampler.h"

/* Starts or stops sampling as the option prof says. May allocate. False: no memory for a profile. While a tracer is attached
 * to otel_memory:alloc, samples are taken too; misses notice when one attaches or detaches. */
bool hak_sample_settle(void) HAK_COLD;

/* Has the signal that the option prof_signal names ask for a profile: the next miss of any thread starts one, or writes the
 * one that there is. */
void hak_sample_obey_signal(void) HAK_COLD;

/* Counts p, which a miss has just allocated, and samples it if it is due. */
void hak_sample_count(void *p, const void *frame) HAK_COLD;

HAK_INLINE void *hak_sample_taken(void *p, const void *frame)
{
	if (HAK_UNLIKELY((hak_load_relaxed(&hak_sampling.word) | hak_load_relaxed(&hak_probe_alloc_semaphore)) != 0) && p != NULL)
		hak_sample_count(p, frame);
	return p;
}

/* Removes mark and record of the sampled run or large block at p, before a resize in place, which counts as a new allocation.
 * Returns its site; hak_sample_put_back() undoes it, if the resize fails. */
uint32_t hak_sample_lift(struct hak_span *span, const void *p) HAK_COLD;
void hak_sample_put_back(struct hak_span *span, const void *p, uint32_t site) HAK_COLD;

#endif
