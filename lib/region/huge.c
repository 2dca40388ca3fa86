/* SPDX-License-Identifier: MIT */
#include "region/huge.h"

#include "conf/limits.h"
#include "conf/options.h"
#include "os/page.h"

static int64_t n_first_slices; /* any: of the first slab of each dense class of each heap */
static uint64_t n_broken;      /* any */
static bool is_refused;        /* any: by the kernel, or superslabs are too small: not to be tried again */

uint32_t hak_huge_begin(char *base, size_t size, bool is_dense)
{
	int64_t thp = hak_load_relaxed(&hak_options.thp);

	if (thp == HAK_THP_ALWAYS)
		return hak_os_advise_huge(base, size, true) ? HAK_HUGE_ALWAYS : HAK_HUGE_NONE;
	if (thp == HAK_THP_NEVER)
		hak_os_advise_huge(base, size, false);
	if (!is_dense)
		return HAK_HUGE_NONE;
	if (size >= HAK_HUGE_SIZE && hak_os_advise_huge(base, size, true))
		return HAK_HUGE_AUTO;
	hak_store_relaxed(&is_refused, true);
	return HAK_HUGE_NONE;
}

bool hak_huge_break(uint32_t *state, char *base, size_t size)
{
	uint32_t seen = HAK_HUGE_AUTO;

	if (hak_load_relaxed(state) != seen || !hak_cas_acquire(state, &seen, HAK_HUGE_BROKEN))
		return false;
	/* Otherwise the kernel would now and then put back together what we purge, and make all of it resident. */
	hak_os_advise_huge(base, size, false);
	hak_add_relaxed(&n_broken, 1);
	return true;
}

uint64_t hak_huge_n_broken(void)
{
	return hak_load_relaxed(&n_broken);
}

bool hak_huge_is_wanted(void)
{
	int64_t thp = hak_load_relaxed(&hak_options.thp);

	return (thp == HAK_THP_AUTO || thp == HAK_THP_ALWAYS) && !hak_load_relaxed(&is_refused);
}

uint64_t hak_huge_least(void)
{
	int64_t n = hak_load_relaxed(&n_first_slices);

	if (hak_load_relaxed(&hak_options.thp) != HAK_THP_AUTO || !hak_huge_is_wanted())
		return UINT64_MAX;
	/* On average, half of the newest slabs is untouched, and half of the last huge page. */
	return HAK_HUGE_ASK_RATIO * ((n > 0 ? (uint64_t)n / 2 : 0) + HAK_HUGE_SLICES);
}

void hak_huge_count_first(int64_t n_slices)
{
	hak_add_relaxed(&n_first_slices, n_slices);
}

void hak_huge_advise_large(char *base, size_t size)
{
	int64_t thp = hak_load_relaxed(&hak_options.thp);

	if (thp == HAK_THP_NEVER)
		hak_os_advise_huge(base, size, false);
	else if (thp == HAK_THP_ALWAYS && size >= HAK_HUGE_SIZE)
		hak_os_advise_huge(base, size, true);
}
