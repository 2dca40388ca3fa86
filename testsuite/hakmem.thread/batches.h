/* SPDX-License-Identifier: MIT */
/* How many batches moved between caches and slabs. */
#ifndef BATCHES_H
#define BATCHES_H

#include "check.h"
#include "hakmem.h"

static size_t n_batches(void)
{
	struct hakmem_stats stats;

	CHECK(hakmem_stats_get(&stats, sizeof stats) == sizeof stats);
	return (size_t)(stats.n_refills + stats.n_flushes);
}

#endif
