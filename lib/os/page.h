/* SPDX-License-Identifier: MIT */
/*
 * Owns: the kernel's memory calls, and how often they were made.
 * Threads: every function, any thread. All of them keep errno: an answer is a pointer or a bool.
 * Locks: none. Callers make these calls outside locks where they can.
 */
#ifndef HAK_OS_PAGE_H
#define HAK_OS_PAGE_H

#include "base/attr.h"

struct hak_os_counts {
	uint64_t n_map;     /* any: mmap, munmap, mremap */
	uint64_t n_purge;   /* any: madvise that gives pages back */
	uint64_t purged;    /* any: bytes given back so far */
	uint64_t n_mapped;  /* any: mappings as the kernel counts them: an upper bound */
};

extern struct hak_os_counts hak_os_counts;

/* const once the options are known: mappings get names in /proc/PID/maps, if the kernel can. This needs prctl(), for
 * which sandboxes kill. */
extern bool hak_os_is_naming;

/* Does madvise() accept even advice that does not exist, as in an emulator that ignores all advice? Then its success
 * proves nothing. */
bool hak_os_is_advice_void(void);

/* Size of an OS page; 4 to 64 KiB. */
size_t hak_os_page_size(void);

/* Maps size bytes (whole OS pages) of zeroed memory, aligned to `align` (a power of two, at least an OS page). Returns NULL when
 * the kernel refuses. _near: at this address, if it is free and not NULL, with byte `off` of it aligned. */
void *hak_os_map(size_t size, size_t align, const char *name);
void *hak_os_map_near(void *near, size_t size, size_t off, size_t align, const char *name);

/* Like hak_os_map_near(), but inaccessible. */
void *hak_os_reserve(void *near, size_t size, size_t off, size_t align);

/* Like hak_os_map(), with an inaccessible OS page before and behind. */
void *hak_os_map_guarded(size_t size, size_t align, const char *name);

/* Maps a file's first size bytes, to be shared with others, but not with forked children. NULL: the kernel refuses. */
void *hak_os_map_shared(int fd, size_t size);

/* Makes whole OS pages of a mapping inaccessible, and frees what was in them; makes them zeroed memory again, of which RLIMIT_DATA
 * allows any amount if it is not used up before. This may split a mapping, or merge some, which the caller counts. False if the
 * kernel refuses. */
bool hak_os_close(void *base, size_t size);
bool hak_os_open(void *base, size_t size, const char *name);

/* Unmaps. False when the kernel refuses (it would need one more mapping than it allows): the memory is
 * then still mapped, and the caller's. */
bool hak_os_unmap(void *base, size_t size);

/* Unmaps part of a mapping, or what is left of one. Counts no mapping. */
void hak_os_unmap_part(void *base, size_t size);

/* Gives a mapping a new size, in place where to == base, else by moving its pages over the mapping at `to` (of
 * new_size bytes). False: nothing has changed. */
bool hak_os_remap(void *base, size_t old_size, void *to, size_t new_size);

/* The same, but the kernel chooses the place, and needs memory and addresses only for what comes in addition. NULL: nothing has
 * changed. */
void *hak_os_remap_anywhere(void *base, size_t old_size, size_t new_size);

/* Asks for huge pages on a mapping, or (with false) for none from now on. False if the kernel knows of neither. */
bool hak_os_advise_huge(void *base, size_t size, bool is_wanted);

/* Makes all pages resident and writable to touch without a fault. False: some cannot be written to, or the kernel (before 5.14)
 * does not know. */
bool hak_os_populate(void *base, size_t size);

/* Gives the pages back and keeps the addresses, which then read as zero. False if the kernel refuses. */
bool hak_os_purge(void *base, size_t size);

/* Lets the kernel take the pages when it is short of memory; until then, and until they are written to, they read as
 * before or as zero. False if the kernel refuses. */
bool hak_os_purge_lazily(void *base, size_t size);

/* Takes addresses out of core dumps, or puts them back; the first cuts a mapping in three, which the caller counts.
 * False if the kernel refuses. */
bool hak_os_set_dump(void *base, size_t size, bool is_dumped);

/* Counts n more mappings (or fewer), for callers that split or join them. */
void hak_os_count_mappings(int n);

/* May mappings be split for something that is merely good to have? Not if many are in use already. */
bool hak_os_can_split(void);

/* Bytes of [base, base + size) that are resident. Asks the kernel about each OS page; all of them, if it may not ask. */
size_t hak_os_resident(const void *base, size_t size);

/* The most bytes of the process that have been resident, whatever they were for; 0: the kernel does not say. */
uint64_t hak_os_peak_resident(void);

/* Zeroes size bytes from base, the start of an OS page. May give back all OS pages that they lie in, the rest of the
 * last one too. */
void hak_os_zero(void *base, size_t size);

#endif
