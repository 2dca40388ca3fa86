/* SPDX-License-Identifier: MIT */
/*
 * Owns: counts, by place in the source, of what does not scale: atomic read-modify-writes, locks, and cache lines that
 *       several threads write to. They exist where HAK_COUNT is 1: in audit builds, and in what `make bench-audit`
 *       makes. Elsewhere every macro here expands to nothing.
 * Threads: any. Each counts into one of a few dozen sets, so that counting adds little sharing.
 * Locks: none.
 * W1 A line counts as moved if the last counted write to it came from another thread.
 * W2 A write inside a critical section (other than to the lock) also counts as inside, at the site that took the lock.
 */
#ifndef HAK_BASE_SITE_H
#define HAK_BASE_SITE_H

#include "base/attr.h"

#ifndef HAK_COUNT
#define HAK_COUNT HAK_AUDIT_BUILD
#endif

#if HAK_COUNT

/* One place. The linker gathers them all in one section: the size is a multiple of the alignment, to leave no gaps. */
struct hak_site {
	const char *file;     /* const */
	const char *function; /* const */
	uint32_t line;        /* const */
} HAK_ALIGNED(HAK_LINE_SIZE);

struct hak_site_counts {
	uint64_t n_rmw;       /* atomic read-modify-writes */
	uint64_t n_lines;     /* lines written, by those and by stores */
	uint64_t n_moved;     /* of these: W1 */
	uint64_t n_under;     /* of these: while a lock was held */
	uint64_t n_other;     /* of these: not the line that this thread wrote to last at this site */
	uint64_t n_locks;     /* locks taken */
	uint64_t n_contended; /* of these: not free at once */
	uint64_t n_inside;    /* W2; each line once in a critical section */
	uint64_t n_held;      /* locks given back, except those held so long that their thread must have slept */
	uint64_t held;        /* ticks that these were held */
	uint64_t at;          /* number of the line last written; 0: it differs by thread */
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

/* A lock was taken at a site, and is given back after some ticks. outer: where to remember the lock held before. */
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
