/* SPDX-License-Identifier: MIT */
#include "os/fork.h"

#include "os/call.h"
#include "os/page.h"

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

static uint64_t fallback;       /* any: without a page: the process ID, and in the low half its generation */
static uint32_t *generation;    /* any: NULL before the first call; NO_PAGE; otherwise as hak_fork_page */
static uint32_t last;           /* any: the parent's generation, kept across fork */

uint32_t *hak_fork_page;

#define NO_PAGE (&last)

static uint32_t *make_page(void)
{
	size_t size = hak_os_page_size();
	uint32_t *page = hak_os_map_guarded(size, size, "hakmem: fork");
	uint32_t *expected = NULL;

	if (page != NULL && (hak_os_is_advice_void() || !hak_call_madvise(page, size, MADV_WIPEONFORK))) {
		hak_os_unmap(page, size);
		page = NULL;
	}
	if (page == NULL)
		page = NO_PAGE;
	/* Whoever comes second leaves a page that is never touched. */
	return hak_cas_ordered(&generation, &expected, page) ? page : expected;
}

/* The next generation, counted in `last` before it is stored anywhere else: a fork in between must not give a grandchild
 * the same number. */
static uint32_t draw_generation(void)
{
	uint32_t newest = hak_load_relaxed(&last);
	uint32_t next;

	do
		next = newest % ((1U << HAK_GENERATION_BITS) - 1) + 1;
	while (!hak_cas_ordered(&last, &newest, next));
	return next;
}

/* The first call in a new child: all threads that get here agree on one number. */
static uint32_t HAK_COLD next_generation(uint32_t *page)
{
	uint32_t expected = 0;
	uint32_t next = draw_generation();

	return hak_cas_ordered(page, &expected, next) ? next : expected;
}

/* Where the kernel cannot wipe a page, ask for the process ID each time. ID and generation share one word, so that no
 * thread takes the parent's generation for the child's. */
static uint32_t HAK_COLD generation_by_pid(void)
{
	uint64_t seen = hak_load_relaxed(&fallback);
	uint64_t own = (uint64_t)hak_call(SYS_getpid) << 32;

	if (seen >> 32 == own >> 32)
		return (uint32_t)seen;
	own |= draw_generation();
	return (uint32_t)(hak_cas_ordered(&fallback, &seen, own) ? own : seen);
}

uint32_t hak_fork_ask(void)
{
	uint32_t *page = hak_load_relaxed(&generation);
	uint32_t g;

	if (HAK_UNLIKELY(page == NULL))
		page = make_page();
	if (HAK_UNLIKELY(page == NO_PAGE))
		return generation_by_pid();
	hak_store_relaxed(&hak_fork_page, page);
	g = hak_load_relaxed(page);
	return HAK_LIKELY(g != 0) ? g : next_generation(page);
}
