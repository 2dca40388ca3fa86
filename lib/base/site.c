/* SPDX-License-Identifier: MIT */
#include "base/site.h"

#if HAK_COUNT

#define N_SITES_MAX 512     /* more than there are; any more would count as the last */
#define N_SETS 64           /* of counters; with more threads, some share a set */
#define N_WRITERS 65536     /* lines whose last writer is remembered */
#define N_INSIDE 32         /* lines of a critical section that are told apart */
#define LONGEST_HOLD 32768  /* ticks; about 10 µs. Any longer, and the thread was descheduled in between */

struct set {
	struct hak_site_counts of[N_SITES_MAX];
};

extern struct hak_site __start_hak_sites[] __attribute__((visibility("hidden")));
extern struct hak_site __stop_hak_sites[] __attribute__((visibility("hidden")));

static struct set sets[N_SETS] HAK_ALIGNED(HAK_LINE_SIZE); /* any */
static uint32_t writers[N_WRITERS];                        /* any: number of a thread; by hash of the line */
static uint32_t n_threads;                                 /* any */

static __thread uint32_t me __attribute__((tls_model("initial-exec")));             /* own: from 1; 0: not known yet */
static __thread struct hak_site *holds __attribute__((tls_model("initial-exec")));  /* own: the innermost lock's */
static __thread uintptr_t inside[N_INSIDE] __attribute__((tls_model("initial-exec"))); /* own: lines written under it */
static __thread uint32_t n_seen __attribute__((tls_model("initial-exec")));       /* own */

/* Plain builtins throughout: the macros of base/atomic.h would count themselves. */
static void add_count(uint64_t *p, uint64_t n)
{
	if (n != 0)
		__atomic_fetch_add(p, n, __ATOMIC_RELAXED);
}

static uint64_t get_count(const uint64_t *p)
{
	return __atomic_load_n(p, __ATOMIC_RELAXED);
}

static size_t index_of(const struct hak_site *site)
{
	size_t i = (size_t)(site - __start_hak_sites);

	return i < N_SITES_MAX ? i : N_SITES_MAX - 1;
}

static struct hak_site_counts *counts_of(const struct hak_site *site)
{
	if (me == 0)
		me = __atomic_add_fetch(&n_threads, 1, __ATOMIC_RELAXED);
	return &sets[me % N_SETS].of[index_of(site)];
}

static bool note_writer(uintptr_t line)
{
	uint32_t *writer = &writers[(uint64_t)line * 0x9e3779b97f4a7c15U >> 48];
	uint32_t last = __atomic_load_n(writer, __ATOMIC_RELAXED);

	if (last != me)
		__atomic_store_n(writer, me, __ATOMIC_RELAXED);
	return last != me && last != 0;
}

/* Once for each line of a critical section (W2). */
static void note_inside(uintptr_t line)
{
	if (holds == NULL)
		return;
	for (unsigned i = 0; i < n_seen && i < N_INSIDE; i++)
		if (inside[i] == line)
			return;
	inside[n_seen++ % N_INSIDE] = line;
	add_count(&counts_of(holds)->n_inside, 1);
}

void hak_site_write(struct hak_site *site, const volatile void *p, size_t size)
{
	struct hak_site_counts *counts = counts_of(site);
	uintptr_t first = (uintptr_t)p / HAK_LINE_SIZE;
	uintptr_t last = ((uintptr_t)p + size - 1) / HAK_LINE_SIZE;

	for (uintptr_t line = first; line <= last; line++) {
		uint64_t before = __atomic_exchange_n(&counts->at, line, __ATOMIC_RELAXED);

		add_count(&counts->n_other, before != line && before != 0);
		add_count(&counts->n_lines, 1);
		add_count(&counts->n_moved, note_writer(line));
		add_count(&counts->n_under, holds != NULL);
		note_inside(line);
	}
}

void hak_site_rmw(struct hak_site *site, const volatile void *p)
{
	add_count(&counts_of(site)->n_rmw, 1);
	hak_site_write(site, p, 1);
}

void hak_site_take(struct hak_site *site, bool is_contended, struct hak_site **outer)
{
	struct hak_site_counts *counts = counts_of(site);

	add_count(&counts->n_locks, 1);
	add_count(&counts->n_contended, is_contended);
	*outer = holds;
	holds = site;
	n_seen = 0;
}

void hak_site_give(struct hak_site *outer, uint64_t ticks)
{
	if (holds != NULL && ticks < LONGEST_HOLD) {
		add_count(&counts_of(holds)->n_held, 1);
		add_count(&counts_of(holds)->held, ticks);
	}
	holds = outer;
}

uint64_t hak_site_ticks(void)
{
#if defined(__x86_64__) || defined(__i386__)
	return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
	uint64_t ticks;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
	return ticks;
#else
	return 0;
#endif
}

const struct hak_site *hak_site_get(size_t i, struct hak_site_counts *counts)
{
	if (i >= (size_t)(__stop_hak_sites - __start_hak_sites) || i >= N_SITES_MAX)
		return NULL;
	*counts = (struct hak_site_counts){ .n_rmw = 0 };
	for (unsigned s = 0; s < N_SETS; s++) {
		const struct hak_site_counts *c = &sets[s].of[i];
		uint64_t at = get_count(&c->at);

		if (at != 0 && counts->n_lines == 0)
			counts->at = at;
		else if (at != 0 && at != counts->at)
			counts->at = 0;
		counts->n_rmw += get_count(&c->n_rmw);
		counts->n_lines += get_count(&c->n_lines);
		counts->n_moved += get_count(&c->n_moved);
		counts->n_under += get_count(&c->n_under);
		counts->n_other += get_count(&c->n_other);
		counts->n_locks += get_count(&c->n_locks);
		counts->n_contended += get_count(&c->n_contended);
		counts->n_inside += get_count(&c->n_inside);
		counts->n_held += get_count(&c->n_held);
		counts->held += get_count(&c->held);
	}
	return &__start_hak_sites[i];
}

#else
typedef int hak_no_sites; /* a source file has to hold something */
#endif
