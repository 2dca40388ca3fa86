/* SPDX-License-Identifier: MIT */
/* hak-timeout: 60 */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): overflow \(class 112, thread [0-9]+\)$ */
/* Sentries: at an edge of their OS pages, in turn, between inaccessible ones; aligned and zeroed; a write around one is seen when
 * it comes back; each has one free; what is free is inaccessible, and reused late; all places together make less than 100
 * mappings and 256 KiB; the figures are exact. */
#include "unit.h"
#include <hakmem.h>
#include <setjmp.h>
#include <signal.h>
#include "base/bits.h"
#include "conf/options.h"
#include "conf/limits.h"
#include "large/sentry.h"
#include "os/page.h"
#include "region/limit.h"

static sigjmp_buf out_of_fault;

static void leave_fault(int number)
{
	(void)number;
	siglongjmp(out_of_fault, 1);
}

static bool is_accessible(const volatile char *p)
{
	if (sigsetjmp(out_of_fault, 1) != 0)
		return false;
	(void)*p;
	return true;
}

static char *take(size_t size, size_t align)
{
	const void *frame = __builtin_frame_address(0);
	char *p = hak_sentry_take(size, align, frame);
	struct hak_span *span = p != NULL ? hak_registry_find(p) : NULL;

	if (p == NULL)
		return NULL;
	CHECK((uintptr_t)p % align == 0 && (uintptr_t)p % HAK_ALIGNMENT == 0);
	CHECK(hak_sentry_is(span) && span->base == p && span->size == size);
	for (size_t i = 0; i < size; i++)
		CHECK(p[i] == 0, "byte %zu of %zu", i, size);
	memset(p, 255, size);
	return p;
}

/* Returns 0, or the letter of the side that was written to. */
static char give(char *p)
{
	struct hak_span *span = hak_registry_find(p);
	const char *written;

	CHECK(hak_sentry_claim(p, NULL));
	CHECK(!hak_sentry_claim(p, NULL));
	written = hak_sentry_written(span, p);
	hak_sentry_give(span, p);
	CHECK(!is_accessible(p));
	return written == NULL ? 0 : written < p ? 'b' : 'a';
}

static void check_edges(size_t size, size_t align)
{
	size_t page = hak_os_page_size(), mapped = hak_round_up(size, page), step = align > HAK_ALIGNMENT ? align : HAK_ALIGNMENT;
	char *p[2] = { take(size, align), take(size, align) }, *pages;
	bool is_left = (uintptr_t)p[0] % page == 0 && mapped != hak_round_up(size, step);

	CHECK(p[0] != NULL && p[1] != NULL);
	if (is_left) {
		char *right = p[1];

		p[1] = p[0];
		p[0] = right;
	}
	CHECK(p[0] + hak_round_up(size, step) == (char *)hak_round_up((uintptr_t)p[0] + size, page), "the right one");
	CHECK((uintptr_t)p[1] % page == 0, "the left one");
	for (int i = 0; i < 2; i++) {
		pages = (char *)hak_round_down((uintptr_t)p[i], page);
		CHECK(is_accessible(pages) && is_accessible(pages + mapped - 1));
		CHECK(!is_accessible(pages - 1) && !is_accessible(pages + mapped));
		CHECK(!is_accessible(pages - 40000) && !is_accessible(pages + 40000));
		CHECK(give(p[i]) == 0);
	}
}

/* A write right behind, a zero further off, and one before. */
static void check_pads(size_t size)
{
	for (int i = 0; i < 4; i++) {
		char *p = take(size, 1), *page;

		p[size] = 0;
		CHECK(give(p) == 'a');
		p = take(size, 1);
		page = (char *)hak_round_down((uintptr_t)p, hak_os_page_size());
		if (p > page) {
			p[-1] = 0;
			CHECK(give(p) == 'b');
		} else {
			p[4095] = 0;
			CHECK(give(p) == 'a');
		}
		CHECK(give(take(size, 1)) == 0); /* an odd number: the other edge */
	}
}

static void check_reuse(void)
{
	char *first = take(64, 1), *p;

	CHECK(give(first) == 0);
	for (unsigned i = 0; i < HAK_SENTRIES - 1; i++) {
		p = take(64, 1);
		CHECK(p != NULL);
		CHECK((uintptr_t)p >> HAK_SLICE_SHIFT != (uintptr_t)first >> HAK_SLICE_SHIFT, "reused after %u others", i);
		CHECK(give(p) == 0);
	}
}

static void check_all(size_t size)
{
	char *p[HAK_SENTRIES + 1];
	unsigned n = 0;
	uint64_t held = hak_limit_held(), n_mapped = hak_load_relaxed(&hak_os_counts.n_mapped);
	size_t mapped = hak_round_up(size, hak_os_page_size());
	struct hak_large_stats stats;

	for (unsigned i = 0; i <= HAK_SENTRIES; i++) {
		p[n] = take(size, 1);
		n += p[n] != NULL;
	}
	CHECK(n == (HAK_SENTRIES * mapped < HAK_SENTRIES_BYTES ? HAK_SENTRIES : HAK_SENTRIES_BYTES / mapped), "%u of %zu", n, size);
	hak_large_stats_get(&stats);
	CHECK(stats.n_live == n && stats.live == n * mapped);
	CHECK(hak_limit_held() == held + n * mapped && n * mapped < KIB(256));
	CHECK(hak_load_relaxed(&hak_os_counts.n_mapped) < n_mapped + 100);
	while (n > 0)
		CHECK(give(p[--n]) == 0);
	hak_large_stats_get(&stats);
	CHECK(stats.n_live == 0 && stats.live == 0 && hak_limit_held() == held);
	CHECK(hak_load_relaxed(&hak_os_counts.n_mapped) == n_mapped);
}

/* The verdict undoes the free, for a SIGABRT handler that jumps out. */
static void check_verdict(void)
{
	char *volatile p = take(100, 1);
	volatile char was = p[100];

	p[100] = (char)~was;
	for (volatile int i = 0; i < 3; i++) {
		memset(p, i, 100);
		if (!sigsetjmp(out_of_fault, 1)) {
			hakmem_free(p);
			CHECK(0, "not told");
		}
	}
	p[100] = was;
	if (sigsetjmp(out_of_fault, 1))
		CHECK(0, "told of a sound one");
	else
		hakmem_free(p);
	CHECK(!is_accessible(p));
}

/* The first turn is when the process is a second old, and the next one some time later; whoever is second does not have it. */
static void check_turns(void)
{
	uint64_t due;

	hak_options_ensure();
	hak_options.guard_sample = 1;
	due = hak_sentry_due(5);
	CHECK(due == 5 + HAK_SENTRY_START && hak_sentry_due(9) == due);
	CHECK(hak_sentry_take_turn(due, due) && hak_sentries.base != NULL);
	CHECK(!hak_sentry_take_turn(due, due));
	CHECK(hak_sentry_due(due) == due + HAK_SENTRY_PAUSE);
	CHECK(hak_sentry_take_turn(due + HAK_SENTRY_PAUSE, due + 1000) && hak_sentry_due(0) == due + 1000 + HAK_SENTRY_PAUSE);
}

int main(void)
{
	struct sigaction action;

	check_turns();
	memset(&action, 0, sizeof action);
	action.sa_handler = leave_fault;
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGABRT, &action, NULL);
	for (size_t size = 1; size <= HAK_SENTRY_MOST; size += size < 64 ? 1 : size / 3 + 1)
		for (size_t align = 1; align <= 4096; align *= 4)
			check_edges(size, align);
	check_edges(HAK_SENTRY_MOST, 1);
	check_pads(1);
	check_pads(100);
	check_pads(2001);
	check_reuse();
	check_verdict();
	check_all(1);
	check_all(4096);
	check_all(HAK_SENTRY_MOST);
	return 0;
}
