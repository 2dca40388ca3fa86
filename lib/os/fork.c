/* SPDX-License-Identifier: MIT */
#include "os/fork.h"

#include "base/atomic.h"
#include "os/call.h"
#include "os/page.h"

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

static uint32_t fallback;       /* any: stands in for the page where the kernel cannot wipe; else 0 */
static uint64_t fallback_pid;   /* any: whose generation the fallback is */
static uint32_t *generation;    /* any: NULL before the first call; 0 in the page: a new child */
static uint32_t last;           /* any: the parent's generation, kept across fork */

static uint32_t *make_page(void)
{
	size_t size = hak_os_page_size();
	uint32_t *page = hak_os_map(size, size, "hakmem: fork");
	uint32_t *expected = NULL;

	if (page != NULL && !hak_call_madvise(page, size, MADV_WIPEONFORK)) {
		hak_os_unmap(page, size);
		page = NULL;
	}
	if (page == NULL)
		page = &fallback;
	if (!hak_cas_ordered(&generation, &expected, page)) {
		if (page != &fallback)
			hak_os_unmap(page, size);
		page = expected;
	}
	return page;
}

/* An old kernel has to be asked each time. */
static void HAK_COLD wipe_fallback(void)
{
	uint64_t pid = (uint64_t)syscall(SYS_getpid);

	if (hak_load_relaxed(&fallback_pid) != pid) {
		hak_store_relaxed(&fallback_pid, pid);
		hak_store_relaxed(&fallback, 0);
	}
}

/* The first call of a new child: every thread that gets here agrees on one number. */
static uint32_t HAK_COLD next_generation(uint32_t *page)
{
	uint32_t expected = 0;
	uint32_t newest = hak_load_relaxed(&last);
	uint32_t next;

	/* First this: a fork in between must not give the grandchild the same number. And never backwards: what is in
	 * the page must not be ahead of it. */
	do
		next = newest % ((1U << HAK_GENERATION_BITS) - 1) + 1;
	while (!hak_cas_ordered(&last, &newest, next));
	return hak_cas_ordered(page, &expected, next) ? next : expected;
}

uint32_t hak_fork_generation(void)
{
	uint32_t *page = hak_load_relaxed(&generation);
	uint32_t g;

	if (HAK_UNLIKELY(page == NULL))
		page = make_page();
	if (HAK_UNLIKELY(page == &fallback))
		wipe_fallback();
	g = hak_load_relaxed(page);
	return HAK_LIKELY(g != 0) ? g : next_generation(page);
}
