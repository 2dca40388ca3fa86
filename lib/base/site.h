/* SPDX-License-Identifier: MIT */
/*
 * Owns: counts, by place in the source, of what does not scale: atomic read-modify-writes, locks, and lines that
 *       several threads write to. They exist where HAK_COUNT is 1, in audit builds and in what `make bench-audit`
 *       makes; elsewhere every word here is nothing at all.
 * Threads: any; each counts into one of a few dozen sets of its own, so that counting adds little sharing.
 * Locks: none.
 * N1 A line counts as moved when the thread that wrote to it last, as far as these words saw, was another one.
 * N2 What is written inside a critical section (the lock itself apart) also counts as inside, at the site that took
 *    the lock.
 */
#ifndef HAK_BASE_SITE_H
#define HAK_BASE_SITE_H

#include "base/attr.h"

#ifndef HAK_COUNT
#define HAK_COUNT HAK_AUDIT_BUILD
#endif

#if HAK_COUNT

/* One place. The linker gathers them all in one section: as large as its alignment, or there would be gaps. */
struct hak_site {
	const char *file;     /* const */
	const char *function; /* const */
	uint32_t line;        /* const */
} HAK_ALIGNED(HAK_LINE_SIZE);

struct hak_site_counts {
	uint64_t n_rmw;       /* atomic read-modify-writes */
	uint64_t n_lines;     /* lines written, by those and by stores */
	uint64_t n_moved;     /* of these: N1 */
	uint64_t n_under;     /* of these: while a lock was held */
	uint64_t n_other;     /* of these: another line than the one before at this site by this thread */
	uint64_t n_locks;     /* locks taken */
	uint64_t n_contended; /* of these: not free at once */
	uint64_t n_inside;    /* N2; each line once in a critical section */
	uint64_t n_held;      /* locks given back, but for those held so long that their thread must have slept */
	uint64_t held;        /* ticks that these were held */
	uint64_t at;          /* the line last written, by its number; 0: threads differ in it */
};

#define HAK_SITE \
	({ \
		static struct hak_site site_here __attribute__((section("hak_sites"), used)) = { \
			.file = __FILE__, .function = __func__, .line = __LINE__ }; \
		&site_here; \
	})

/* A read-modify-write of *p; a write to the lines of [p, p + size). */
void hak_site_rmw(struct hak_site *site, const volatile void *p);
void hak_site_write(struct hak_site *site, const volatile void *p, size_t size);

/* A lock was taken at a site, and is given back after some ticks. outer: where to keep what was held already. */
void hak_site_take(struct hak_site *site, bool is_contended, struct hak_site **outer);
void hak_site_give(struct hak_site *outer, uint64_t ticks);

/* A fine clock, in steps of its own. */
uint64_t hak_site_ticks(void);

/* All sites, and their counts so far. NULL: there are no more. */
const struct hak_site *hak_site_get(size_t i, struct hak_site_counts *counts);

#define HAK_NOTE_RMW(p) hak_site_rmw(HAK_SITE, (p))
#define HAK_NOTE_WRITE(p, size) hak_site_write(HAK_SITE, (p), (size))

#else

#define HAK_NOTE_RMW(p) ((void)0)
#define HAK_NOTE_WRITE(p, size) ((void)0)

#endif

#endif
