/* SPDX-License-Identifier: MIT */
#include "os/page.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/atomic.h"
#include "base/bits.h"
#include "base/probe.h"
#include "os/call.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

#ifndef MADV_FREE
#define MADV_FREE 8
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define MAX_PAGE_SIZE ((size_t)65536)
#define SPLIT_MAX 16384    /* mappings: a quarter of the kernel's usual vm.max_map_count */
#define N_PAGES_ASKED 1024 /* at a time */
#define ZERO_LEAST ((size_t)256 << 10) /* 256 KiB: less is simply written to */
#define N_SAMPLES 4        /* OS pages of one kind, written or not, that tell about the rest */

struct hak_os_counts hak_os_counts;
bool hak_os_is_naming;

enum answer { UNASKED, NO, YES }; /* every thread gets the same */

bool hak_os_is_advice_void(void)
{
	static enum answer answer; /* any */

	if (hak_load_relaxed(&answer) == UNASKED)
		hak_store_relaxed(&answer, hak_call_madvise((void *)MAX_PAGE_SIZE, 0, -1) ? YES : NO);
	return hak_load_relaxed(&answer) == YES;
}

/* Mappings start at OS pages, and among several small ones in a row, one starts at an odd OS page. */
static size_t find_page_size(void)
{
	uintptr_t bits = MAX_PAGE_SIZE;
	void *p[8];

	for (unsigned i = 0; i < sizeof p / sizeof *p; i++) {
		p[i] = hak_call_mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS);
		bits |= p[i] != MAP_FAILED ? (uintptr_t)p[i] : 0;
	}
	for (unsigned i = 0; i < sizeof p / sizeof *p; i++)
		if (p[i] != MAP_FAILED)
			hak_call_munmap(p[i], 4096);
	return bits & -bits;
}

/* Does MADV_DONTNEED work, where its return value proves nothing? */
static bool can_purge(void)
{
	static enum answer answer; /* any */

	if (hak_load_relaxed(&answer) == UNASKED) {
		size_t size = hak_os_page_size();
		volatile char *p = hak_call_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);

		if (p == MAP_FAILED)
			return false;
		*p = 1;
		hak_store_relaxed(&answer, hak_call_madvise((void *)p, size, MADV_DONTNEED) && *p == 0 ? YES : NO);
		hak_call_munmap((void *)p, size);
	}
	return hak_load_relaxed(&answer) == YES;
}

size_t hak_os_page_size(void)
{
	static size_t size; /* any: every thread computes the same */
	size_t s = hak_load_relaxed(&size);

	if (s == 0) {
		/* The kernel refuses advice, even about 0 bytes, for an address that does not start an OS page. */
		s = hak_os_is_advice_void() ? find_page_size() : 4096;
		while (s < MAX_PAGE_SIZE && !hak_call_madvise((void *)s, 0, MADV_NORMAL))
			s *= 2;
		hak_store_relaxed(&size, s);
	}
	return s;
}

static void *map_pages(void *near, size_t size, int protection)
{
	void *p = hak_call_mmap(near, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);

	hak_add_ordered(&hak_os_counts.n_map, 1); /* pairs with unmap_pages() */
	if (p == MAP_FAILED)
		return NULL;
	hak_add_relaxed(&hak_os_counts.n_mapped, 1);
	return p;
}

/* Unmaps a whole mapping, and counts it. */
static bool unmap_pages(void *base, size_t size)
{
	bool is_done;

	/* Ordered, for tools that do not know that the kernel is: what was done with the pages comes before what is done at
	 * the same address once it is mapped again. */
	hak_add_ordered(&hak_os_counts.n_map, 1);
	is_done = hak_call_munmap(base, size);
	if (is_done)
		hak_sub_relaxed(&hak_os_counts.n_mapped, 1);
	return is_done;
}

void hak_os_unmap_part(void *base, size_t size)
{
	hak_add_relaxed(&hak_os_counts.n_map, 1);
	hak_call_munmap(base, size);
}

static void name_pages(void *base, size_t size, const char *name)
{
	if (HAK_UNLIKELY(hak_load_relaxed(&hak_os_is_naming)))
		hak_call(SYS_prctl, PR_SET_VMA, PR_SET_VMA_ANON_NAME, base, size, name);
}

/* Cuts a piece of size bytes out of a mapping of size + align, whose byte `off` is aligned. */
static void *cut_aligned(char *p, size_t size, size_t off, size_t align)
{
	char *base = (char *)hak_round_up((uintptr_t)p + off, align) - off;
	size_t head = (size_t)(base - p);
	size_t tail = align - head;

	/* If the kernel allows no more mappings, the ends stay: address space, not memory. */
	if (head > 0)
		hak_os_unmap_part(p, head);
	if (tail > 0)
		hak_os_unmap_part(base + size, tail);
	return base;
}

static char *map_aligned(void *near, size_t size, size_t off, size_t align, int protection)
{
	size_t page = hak_os_page_size();
	char *p = map_pages(near, size, protection);

	if (p != NULL && (((uintptr_t)p + off) & (align - 1)) != 0) {
		unmap_pages(p, size);
		p = NULL;
		if (size + align > size)
			p = map_pages(NULL, size + align, protection);
		if (p != NULL)
			p = cut_aligned(p, size, off, align > page ? align : page);
	}
	return p;
}

void *hak_os_map_near(void *near, size_t size, size_t off, size_t align, const char *name)
{
	char *p = map_aligned(near, size, off, align, PROT_READ | PROT_WRITE);

	if (p != NULL)
		name_pages(p, size, name);
	return p;
}

void *hak_os_map(size_t size, size_t align, const char *name)
{
	return hak_os_map_near(NULL, size, 0, align, name);
}

void *hak_os_reserve(void *near, size_t size, size_t off, size_t align)
{
	return map_aligned(near, size, off, align, PROT_NONE);
}

void *hak_os_map_shared(int fd, size_t size)
{
	void *p = hak_call_mmap_file(fd, size);

	if (p == MAP_FAILED)
		return NULL;
	hak_add_relaxed(&hak_os_counts.n_map, 1);
	hak_add_relaxed(&hak_os_counts.n_mapped, 1);
	if (hak_call_madvise(p, size, MADV_DONTFORK))
		return p;
	hak_os_unmap(p, size);
	return NULL;
}

void *hak_os_map_guarded(size_t size, size_t align, const char *name)
{
	size_t page = hak_os_page_size();
	char *p;

	if (!hak_os_can_split())
		return hak_os_map(size, align, name);
	p = map_aligned(NULL, size + 2 * page, page, align, PROT_NONE);
	if (p != NULL) {
		hak_add_relaxed(&hak_os_counts.n_map, 1);
		if (hak_call_map_over(p + page, size, PROT_READ | PROT_WRITE)) {
			hak_add_relaxed(&hak_os_counts.n_mapped, 2);
			p += page;
			name_pages(p, size, name);
		} else {
			unmap_pages(p, size + 2 * page);
			p = map_aligned(NULL, size, 0, align, PROT_READ | PROT_WRITE);
		}
	}
	return p;
}

bool hak_os_close(void *base, size_t size)
{
	hak_add_relaxed(&hak_os_counts.n_map, 1);
	return hak_call_map_over(base, size, PROT_NONE);
}

bool hak_os_open(void *base, size_t size, const char *name)
{
	bool is_done = hak_call_map_over(base, size, PROT_READ | PROT_WRITE);

	hak_add_relaxed(&hak_os_counts.n_map, 1);
	if (is_done)
		name_pages(base, size, name);
	return is_done;
}

bool hak_os_unmap(void *base, size_t size)
{
	return unmap_pages(base, size);
}

bool hak_os_remap(void *base, size_t old_size, void *to, size_t new_size)
{
	bool is_done;

	/* mremap() would do the same, but on 32-bit machines qemu's also removes what lies behind. */
	if (to == base && new_size < old_size)
		is_done = hak_call_munmap((char *)base + new_size, old_size - new_size);
	else
		is_done = hak_call_mremap(base, old_size, new_size, to != base ? to : NULL);

	hak_add_relaxed(&hak_os_counts.n_map, 1);
	if (is_done && to != base)
		hak_sub_relaxed(&hak_os_counts.n_mapped, 1);
	return is_done;
}

void *hak_os_remap_anywhere(void *base, size_t old_size, size_t new_size)
{
	hak_add_relaxed(&hak_os_counts.n_map, 1);
	return hak_call_mremap_anywhere(base, old_size, new_size);
}

bool hak_os_advise_huge(void *base, size_t size, bool is_wanted)
{
	return hak_call_madvise(base, size, is_wanted ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

bool hak_os_populate(void *base, size_t size)
{
	return hak_call_madvise(base, size, MADV_POPULATE_WRITE);
}

bool hak_os_purge(void *base, size_t size)
{
	bool is_done = (!hak_os_is_advice_void() || can_purge()) && hak_call_madvise(base, size, MADV_DONTNEED);

	HAK_PROBE(purge, base, size);
	hak_add_relaxed(&hak_os_counts.n_purge, 1);
	if (is_done)
		hak_add_relaxed(&hak_os_counts.purged, size);
	return is_done;
}

bool hak_os_purge_lazily(void *base, size_t size)
{
	hak_add_relaxed(&hak_os_counts.n_purge, 1);
	return hak_call_madvise(base, size, MADV_FREE);
}

bool hak_os_set_dump(void *base, size_t size, bool is_dumped)
{
	hak_add_relaxed(&hak_os_counts.n_map, 1);
	return hak_call_madvise(base, size, is_dumped ? MADV_DODUMP : MADV_DONTDUMP);
}

void hak_os_count_mappings(int n)
{
	hak_add_relaxed(&hak_os_counts.n_mapped, (uint64_t)(int64_t)n);
}

bool hak_os_can_split(void)
{
	return hak_load_relaxed(&hak_os_counts.n_mapped) < SPLIT_MAX;
}

size_t hak_os_resident(const void *base, size_t size)
{
	size_t page = hak_os_page_size();
	const char *end = (const char *)hak_round_up((uintptr_t)base + size, page);
	const char *p = (const char *)hak_round_down((uintptr_t)base, page);
	size_t n_pages = 0;

	if (hak_os_is_advice_void()) /* the answer could be about OS pages of another size */
		return (size_t)(end - p);
	while (p < end) {
		unsigned char pages[N_PAGES_ASKED] = { 0 };
		size_t n = (size_t)(end - p) / page < N_PAGES_ASKED ? (size_t)(end - p) / page : N_PAGES_ASKED;

		long answer = hak_call(SYS_mincore, p, n * page, pages);

		if (answer == 0)
			for (size_t i = 0; i < n; i++)
				n_pages += pages[i] & 1;
		else if (answer != -ENOMEM) /* not allowed to ask: all of it counts. ENOMEM: unmapped meanwhile */
			n_pages += n;
		p += n * page;
	}
	return n_pages * page;
}

uint64_t hak_os_peak_resident(void)
{
	/* struct rusage as the kernel has it, whatever libc's times are: two times of two words each, then KiB. */
	long usage[18] = { 0 };

	return hak_call(SYS_getrusage, 0 /* RUSAGE_SELF */, usage) == 0 ? (uint64_t)usage[4] << 10 : 0;
}

/* Are a few OS pages, at irregular distances, all zero? Most pages that a program has written to are not. Looking costs
 * less than a wrong guess, and needs no system call. */
static bool is_mostly_zero(const char *base, size_t size)
{
	size_t page = hak_os_page_size();
	unsigned n_zero = 0, n_other = 0;

	for (uint32_t i = 1; n_zero < N_SAMPLES && n_other < N_SAMPLES; i++) {
		size_t at = (size_t)((uint64_t)(i * 2654435769U) * (size / page) >> 32); /* steps of the golden ratio */
		const uint64_t *word = (const uint64_t *)(base + at * page), *end = word + page / sizeof *word;

		while (word < end && *word == 0)
			word++;
		*(word == end ? &n_zero : &n_other) += 1;
	}
	return n_zero == N_SAMPLES;
}

/* Clearing OS pages that are resident costs a tenth of purging and faulting them in again. Clearing pages that are not
 * resident costs as much as that, and leaves them resident. */
void hak_os_zero(void *base, size_t size)
{
	if (size < ZERO_LEAST || !is_mostly_zero(base, size) || !hak_os_purge(base, hak_round_up(size, hak_os_page_size())))
		memset(base, 0, size);
}
