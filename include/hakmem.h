/* SPDX-License-Identifier: MIT */
/**
 * @file hakmem.h
 * @brief libhakmem: a general-purpose memory allocator for Linux.
 *
 * A program gets libhakmem's malloc() by linking with `-lhakmem` or by preloading
 * (`hakmem-run PROGRAM`), without this header. Include it to read statistics, to tune, or to call
 * the allocator under names of its own (the only ones in a library built with --disable-override).
 *
 * Unless its comment says otherwise, every function here may be called from any thread at any
 * time, takes no lock that the caller could hold, and exists since version 1.0. Sizes are in
 * bytes. No function is async-signal-safe.
 */
#ifndef HAKMEM_H
#define HAKMEM_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define HAKMEM_VERSION_MAJOR 1 /**< Major version: changes when the ABI does. */
#define HAKMEM_VERSION_MINOR 0 /**< Minor version: changes when something is added. */
#define HAKMEM_VERSION_PATCH 0 /**< Patch level. */
#define HAKMEM_VERSION "1.0.0" /**< The three numbers above as a string. */

#if defined(__GNUC__)
#define HAKMEM_PUBLIC __attribute__((visibility("default")))
#define HAKMEM_MALLOC_LIKE __attribute__((malloc, warn_unused_result))
#define HAKMEM_SIZE(n) __attribute__((alloc_size(n)))
#define HAKMEM_SIZES(n, m) __attribute__((alloc_size(n, m)))
#define HAKMEM_ALIGN(n) __attribute__((alloc_align(n)))
#define HAKMEM_USE_RESULT __attribute__((warn_unused_result))
#else
#define HAKMEM_PUBLIC
#define HAKMEM_MALLOC_LIKE
#define HAKMEM_SIZE(n)
#define HAKMEM_SIZES(n, m)
#define HAKMEM_ALIGN(n)
#define HAKMEM_USE_RESULT
#endif

#ifdef __cplusplus
#if __cplusplus >= 201103L
#define HAKMEM_NOEXCEPT noexcept
#else
#define HAKMEM_NOEXCEPT throw()
#endif
extern "C" {
#else
#define HAKMEM_NOEXCEPT
#endif

/**
 * @defgroup family The malloc family
 * @brief The standard functions under names of their own: the same code, the same blocks.
 *
 * A block from any function of this group, or from the standard functions where those are
 * libhakmem's, may be passed to any other. Requests above PTRDIFF_MAX fail, as in glibc: C requires
 * that pointers into one object can be subtracted.
 * @{
 */

/**
 * Allocates a block.
 * @param size bytes wanted, 0 to PTRDIFF_MAX; 0 returns a unique block of the smallest class.
 * @return the block, aligned to 16 bytes, contents undefined; NULL with errno ENOMEM.
 */
HAKMEM_PUBLIC void *hakmem_malloc(size_t size) HAKMEM_NOEXCEPT HAKMEM_MALLOC_LIKE HAKMEM_SIZE(1);

/**
 * Frees a block. Keeps errno.
 * @param ptr a live block, or NULL (nothing happens). Anything else is reported in one line on
 * stderr and ends the program by abort(); with `on_error:report` the program continues.
 */
HAKMEM_PUBLIC void hakmem_free(void *ptr) HAKMEM_NOEXCEPT;

/**
 * Allocates a zeroed array: all bytes that hakmem_malloc_usable_size() reports are zero.
 * @param count number of elements.
 * @param size bytes of one element.
 * @return the block; NULL with errno ENOMEM, also when count x size overflows.
 */
HAKMEM_PUBLIC void *hakmem_calloc(size_t count, size_t size) HAKMEM_NOEXCEPT HAKMEM_MALLOC_LIKE HAKMEM_SIZES(1, 2);

/**
 * Changes a block's size, and moves it if necessary.
 * @param ptr a live block, or NULL: as hakmem_malloc(size).
 * @param size bytes wanted; 0 with a non-NULL ptr frees it and returns NULL, as glibc does.
 * @return the block; NULL with errno ENOMEM, and then ptr is live and unchanged.
 */
HAKMEM_PUBLIC void *hakmem_realloc(void *ptr, size_t size) HAKMEM_NOEXCEPT HAKMEM_USE_RESULT HAKMEM_SIZE(2);

/**
 * As hakmem_realloc(ptr, count x size).
 * @param ptr a live block, or NULL.
 * @param count number of elements.
 * @param size bytes of one element.
 * @return as hakmem_realloc(); NULL with errno ENOMEM also when count x size overflows.
 */
HAKMEM_PUBLIC void *hakmem_reallocarray(void *ptr, size_t count, size_t size) HAKMEM_NOEXCEPT HAKMEM_USE_RESULT
	HAKMEM_SIZES(2, 3);

/**
 * Allocates an aligned block (C11, C23).
 * @param alignment a power of two.
 * @param size bytes wanted; need not be a multiple of alignment (C23).
 * @return the block; NULL with errno EINVAL (alignment) or ENOMEM.
 */
HAKMEM_PUBLIC void *hakmem_aligned_alloc(size_t alignment, size_t size) HAKMEM_NOEXCEPT HAKMEM_MALLOC_LIKE
	HAKMEM_SIZE(2) HAKMEM_ALIGN(1);

/**
 * Allocates an aligned block (POSIX).
 * @param[out] ptr where the block goes; untouched on failure.
 * @param alignment a power of two and a multiple of sizeof(void *).
 * @param size bytes wanted.
 * @return 0, EINVAL or ENOMEM. ENOMEM also sets errno, as in glibc; otherwise errno is unchanged.
 */
HAKMEM_PUBLIC int hakmem_posix_memalign(void **ptr, size_t alignment, size_t size) HAKMEM_NOEXCEPT HAKMEM_USE_RESULT;

/**
 * Allocates an aligned block (SunOS). Rounds the alignment up to a power of two, as glibc does.
 * @param alignment any number up to half the address space.
 * @param size bytes wanted.
 * @return the block; NULL with errno EINVAL (alignment) or ENOMEM.
 */
HAKMEM_PUBLIC void *hakmem_memalign(size_t alignment, size_t size) HAKMEM_NOEXCEPT HAKMEM_MALLOC_LIKE HAKMEM_SIZE(2);

/**
 * Allocates a block that starts at an OS page.
 * @param size bytes wanted.
 * @return the block; NULL with errno ENOMEM.
 */
HAKMEM_PUBLIC void *hakmem_valloc(size_t size) HAKMEM_NOEXCEPT HAKMEM_MALLOC_LIKE HAKMEM_SIZE(1);

/**
 * Allocates whole OS pages.
 * @param size bytes wanted, rounded up to whole OS pages.
 * @return the block; NULL with errno ENOMEM.
 */
HAKMEM_PUBLIC void *hakmem_pvalloc(size_t size) HAKMEM_NOEXCEPT HAKMEM_MALLOC_LIKE;

/**
 * The old name of free().
 * @param ptr as for hakmem_free().
 */
HAKMEM_PUBLIC void hakmem_cfree(void *ptr) HAKMEM_NOEXCEPT;

/**
 * Returns how many bytes of a block may be used.
 * @param ptr a live block, or NULL.
 * @return at least the size requested; 0 for NULL.
 */
HAKMEM_PUBLIC size_t hakmem_malloc_usable_size(void *ptr) HAKMEM_NOEXCEPT;

/**
 * The largest alignment that an address has (C23). Any address will do: it is not dereferenced.
 * @param ptr an address, or NULL.
 * @return a power of two; 0 for NULL.
 * @since 1.1
 */
HAKMEM_PUBLIC size_t hakmem_memalignment(const void *ptr) HAKMEM_NOEXCEPT;

/**
 * How many bytes may be accessed from an address on. Does not access them.
 * @param ptr any address: the first byte of a block, one inside a block, or any other.
 * @return bytes up to the end of the block. With profile:hardened or a part of it, that is the end of the size requested; else,
 * of the size class or the last OS page. 0 for NULL, and for an address of the library's at which no block is live. SIZE_MAX if
 * nothing is known: for memory that is not the library's, and more than 64 KiB after the start of a block with a mapping of
 * its own.
 * @since 1.1
 */
HAKMEM_PUBLIC size_t hakmem_malloc_object_size(const void *ptr) HAKMEM_NOEXCEPT;

/**
 * An upper bound of hakmem_malloc_object_size(), found faster: by the size class alone, whether the block is live or not.
 * @param ptr any address.
 * @return bytes up to the end of a block of up to 64 KiB; 0 for NULL; otherwise SIZE_MAX.
 * @since 1.1
 */
HAKMEM_PUBLIC size_t hakmem_malloc_object_size_fast(const void *ptr) HAKMEM_NOEXCEPT;

/**
 * Frees a block whose size the caller knows (C23). Keeps errno.
 * @param ptr a live block from malloc(), calloc() or realloc(), or NULL.
 * @param size the size last requested. A size that the block cannot have been requested with is an
 * error, as in hakmem_free(): one of another size class or, above 256 KiB, of another number of OS
 * pages.
 */
HAKMEM_PUBLIC void hakmem_free_sized(void *ptr, size_t size) HAKMEM_NOEXCEPT;

/**
 * Frees an aligned block whose size the caller knows (C23). Keeps errno.
 * @param ptr a live block from aligned_alloc(), or NULL.
 * @param alignment the alignment requested: a power of two that the address has.
 * @param size the size requested, as for hakmem_free_sized().
 */
HAKMEM_PUBLIC void hakmem_free_aligned_sized(void *ptr, size_t alignment, size_t size) HAKMEM_NOEXCEPT;

/** @} */

/**
 * @defgroup glibc glibc's own additions
 * @brief mallinfo() and the like, with glibc's meaning where it applies.
 * @{
 */
struct mallinfo;
struct mallinfo2;

#if defined(__clang__) && defined(__cplusplus)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wreturn-type-c-linkage"
#endif

/** As hakmem_mallinfo2(), in ints: values above INT_MAX are returned as INT_MAX. @return the figures. */
HAKMEM_PUBLIC struct mallinfo hakmem_mallinfo(void) HAKMEM_NOEXCEPT;

/**
 * Returns glibc's summary. arena: bytes mapped for slabs and runs; hblks, hblkhd: large blocks,
 * their bytes; uordblks: bytes in live blocks; fordblks: bytes free inside `arena`; keepcost: bytes
 * that malloc_trim(0) could give back; ordblks: 1, plus the number of blocks, not counting runs, by
 * which fewer are live now than at an earlier call; smblks, fsmblks, usmblks: 0.
 * @return the figures.
 */
HAKMEM_PUBLIC struct mallinfo2 hakmem_mallinfo2(void) HAKMEM_NOEXCEPT;

#if defined(__clang__) && defined(__cplusplus)
#pragma clang diagnostic pop
#endif

/**
 * Writes the statistics as XML.
 * @param options must be 0.
 * @param stream where to.
 * @return 0; -1 with errno EINVAL for other options.
 */
HAKMEM_PUBLIC int hakmem_malloc_info(int options, FILE *stream) HAKMEM_NOEXCEPT;

/**
 * Gives free memory back to the kernel, now, as hakmem_trim(0) does.
 * @param pad ignored: free memory here is not the top of a heap.
 * @return 1 if memory went back, else 0.
 */
HAKMEM_PUBLIC int hakmem_malloc_trim(size_t pad) HAKMEM_NOEXCEPT;

/**
 * Accepts glibc's parameters and ignores them: none has a meaning here.
 * @param param one of malloc.h's M_ numbers.
 * @param value its value.
 * @return 1 for a parameter that glibc knows, 0 for any other.
 */
HAKMEM_PUBLIC int hakmem_mallopt(int param, int value) HAKMEM_NOEXCEPT;

/** Writes the statistics to stderr as text. */
HAKMEM_PUBLIC void hakmem_malloc_stats(void) HAKMEM_NOEXCEPT;

/** @} */

/**
 * @defgroup inside Looking inside
 * @brief Statistics, checks, the build's version and options.
 * @{
 */

/**
 * Statistics of the heap, in bytes unless marked as a count. Each number is exact if no other thread
 * allocates meanwhile. allocated + cached + in_flight + slab_free = active;
 * active - holes + dirty + lazy + metadata = resident, which is what the kernel counts as Rss.
 */
struct hakmem_stats {
	uint64_t allocated;   /**< In live blocks, rounded up to their size classes. */
	uint64_t cached;      /**< In free blocks in thread caches. */
	uint64_t in_flight;   /**< In blocks on their way back to their slabs, freed by threads of other heaps. */
	uint64_t slab_free;   /**< In free blocks of slabs in use, and in unused ends of slabs and runs. */
	uint64_t active;      /**< In slabs, runs and large blocks in use. */
	uint64_t dirty;       /**< In free slices and cached mappings, still resident. */
	uint64_t clean;       /**< In free slices without memory behind them. */
	uint64_t mapped;      /**< Address space held for blocks: active + dirty + lazy + clean. */
	uint64_t metadata;    /**< In libhakmem's own tables and descriptors, resident; not part of the above. */
	uint64_t large;       /**< In live large blocks (part of allocated). */
	uint64_t n_large;     /**< Live large blocks (a count). */
	uint64_t n_threads;   /**< Threads that have a cache now (a count). */
	uint64_t n_heaps;     /**< Heaps: at most as many as processors, or one more; twice that with allocation tokens (a count). */
	uint64_t n_adopted;   /**< Caches that a new thread took over from one that had ended (a count). */
	uint64_t n_refills;   /**< Batches of blocks moved from slabs to caches (a count). */
	uint64_t n_flushes;   /**< Batches of blocks moved from caches to slabs (a count). */
	uint64_t n_remote;    /**< Blocks of other heaps' slabs freed by threads with a cache (a count). */
	uint64_t n_map_calls; /**< System calls that map, unmap, move or protect memory (a count). */
	uint64_t n_purge_calls; /**< System calls that give pages back (a count). */
	uint64_t purged;      /**< Bytes given back by those calls so far. */
	uint64_t n_errors;    /**< Bad frees reported under on_error:report (a count). */
	uint64_t holes;       /**< The part of active that is not resident: pages never touched, or given back. */
	uint64_t lazy;        /**< In free slices that the kernel may take, and has not yet (purge_lazy). */
	uint64_t resident;    /**< How much of all this is in memory: active - holes + dirty + lazy + metadata. */
	uint64_t n_mappings;  /**< The most kernel mappings that libhakmem can need now (a count). */
	uint64_t held;        /**< What counts against the limits: all that may be resident. */
	uint64_t limit_soft;  /**< Above this, free memory is given back at once; 0: no limit. */
	uint64_t limit_hard;  /**< Above this, allocations fail; 0: no limit. */
	uint64_t limit_from;  /**< Where the limits come from: 1 an option, 2 the container, 3 both, 0 none. */
	uint64_t n_refused;   /**< Allocations that failed while there was a hard limit (a count). */
	uint64_t n_pressed;   /**< Purges made at once, for a limit or because the container was short of memory (a count). */
	uint64_t n_samples;   /**< Live blocks that are samples of the heap profile (a count). @since 1.1 */
	uint64_t n_lost;      /**< Samples dropped because prof_memory was full (a count). @since 1.1 */
	uint64_t peak_active; /**< The most that active has been. @since 1.1 */
	uint64_t peak_held;   /**< The most that held has been. @since 1.1 */
	uint64_t peak_resident; /**< The most of the whole process, not only of this, that was resident. @since 1.1 */
	/** In free blocks on pages that hold a live block, too, and so cannot be given back (part of slab_free). @since 1.1 */
	uint64_t pinned;
	uint64_t n_misses;    /**< Calls that needed more than the thread's cache (a count). @since 1.1 */
	uint64_t n_run_takes; /**< Blocks allocated so far that are runs (a count). @since 1.1 */
	uint64_t n_large_takes; /**< Large blocks allocated so far (a count). @since 1.1 */
	uint64_t n_kept_takes; /**< How many of these on a kept mapping; the others, on a new one (a count). @since 1.1 */
};

/** Statistics of one size class. */
struct hakmem_class_stats {
	uint64_t size;     /**< Bytes of one block. */
	uint64_t n_live;   /**< Live blocks. */
	uint64_t n_cached; /**< Blocks in thread caches. */
	uint64_t n_in_flight; /**< Blocks on their way back to slabs of other heaps. */
	uint64_t n_free;   /**< Free blocks in slabs. */
	uint64_t n_slabs;  /**< Slabs of this class. */
	uint64_t pinned;   /**< Bytes of free blocks on pages that hold a live block, too. @since 1.1 */
};

/**
 * Reads the statistics.
 * @param[out] stats filled in, as far as size reaches.
 * @param size sizeof(struct hakmem_stats) as the caller was compiled: later versions add fields
 * at the end.
 * @return bytes filled in.
 */
HAKMEM_PUBLIC size_t hakmem_stats_get(struct hakmem_stats *stats, size_t size) HAKMEM_NOEXCEPT;

/**
 * Reads one size class's statistics.
 * @param idx 0 to the number of classes - 1.
 * @param[out] stats filled in, as far as size reaches.
 * @param size sizeof(struct hakmem_class_stats) as the caller was compiled.
 * @return bytes filled in; 0 if there is no such class, which ends a loop over all classes.
 */
HAKMEM_PUBLIC size_t hakmem_class_stats_get(unsigned idx, struct hakmem_class_stats *stats, size_t size)
	HAKMEM_NOEXCEPT;

/** How hakmem_stats_write() writes. */
enum hakmem_format {
	HAKMEM_TEXT, /**< For people. */
	HAKMEM_JSON, /**< One JSON object, on one line. */
	HAKMEM_XML,  /**< As malloc_info(). */
	HAKMEM_OPENMETRICS, /**< OpenMetrics 1.0, each sample with labels pid and program. Since 1.1. */
	HAKMEM_PROMETHEUS,  /**< The same in the text format of Prometheus. Since 1.1. */
	/** Added to one of them, in a child that a process has made to write its figures: they go under the parent's pid.
	 *  Since 1.1. */
	HAKMEM_OF_PARENT = 0x100
};

/**
 * Writes the statistics to a file descriptor, without allocating: a record that names process, program, time and
 * version. One record is one write(2), and processes that write into one pipe wait for each other, up to a second: none
 * is torn. (Only what is larger than 64 KiB takes more.)
 * @param fd where to.
 * @param format how.
 * @return 0; -1 with errno from write(2), EINVAL for an unknown format, or ENOMEM: there was no room to write it up.
 */
HAKMEM_PUBLIC int hakmem_stats_write(int fd, enum hakmem_format format) HAKMEM_NOEXCEPT;

#define HAKMEM_PAGE_NAME "HAKMEM_STATS" /**< The page's signature, and its name in /proc/PID/maps. Since 1.1. */
#define HAKMEM_PAGE_VERSION 1           /**< Changes if a reader of the page would have to. Since 1.1. */

/** One figure of the page; name, unit and kind are strings that end with a zero. Since 1.1. */
struct hakmem_page_figure {
	char name[24];  /**< As in struct hakmem_stats. */
	char unit[8];   /**< "bytes" or "count". */
	char kind[8];   /**< "gauge", or "counter": only ever grows. */
	uint64_t value; /**< To be read between two equal, even sequences. */
};

/**
 * The page that stats_page:true publishes, in a process of its own. A reader finds "/memfd:HAKMEM_STATS" in
 * /proc/PID/maps and reads it there, for instance by process_vm_readv(2): sequence, all of it, sequence again. If that is
 * odd or has changed, the figures were just being written; try again. Since 1.1.
 */
struct hakmem_page {
	char signature[16];  /**< HAKMEM_PAGE_NAME; empty until the page is complete. */
	uint32_t version;    /**< HAKMEM_PAGE_VERSION. */
	uint32_t n_figures;  /**< So many of struct hakmem_page_figure ... */
	uint32_t first;      /**< ... from this offset in bytes on ... */
	uint32_t stride;     /**< ... so many bytes apart. */
	uint64_t sequence;   /**< Odd while figures are being written. */
	uint64_t time;       /**< When they were: milliseconds since 1970, UTC. */
	uint64_t pid;        /**< Of the process, as it knows itself. */
	char program[64];    /**< What it was started as, without its path. */
	char library[16];    /**< hakmem_version(). */
};

/**
 * Writes what threads did last outside of their caches, if the option `ring` has it recorded: a line for each event, with time,
 * thread, and for instance size class and address; the events of one thread follow each other. Does not allocate, takes no
 * lock; may be called in a signal handler. Events that are overwritten meanwhile are left out.
 * @param fd where to.
 * @return 0; -1 with errno from write(2), or ENODATA: nothing is recorded.
 * @since 1.1
 */
HAKMEM_PUBLIC int hakmem_ring_write(int fd) HAKMEM_NOEXCEPT;

/**
 * Writes what an access to an address is, if it is in a block that the option `guard_sample` has chosen, or next to one: overflow,
 * underflow, or use after free; how far off, of which block, and who accessed, allocated and freed that, as offsets in files of
 * code. For a program's own handler of SIGSEGV, which passes si_addr; "hakmem-run --tell-faults" has one. May be called in a
 * signal handler; does not allocate, takes no lock but the dynamic linker's for its list of modules.
 * @param fd where to.
 * @param address any.
 * @param site the code that made the access, which a handler finds in its context; NULL: not known.
 * @return 0; -1 with errno from write(2), EBADF if fd is negative, or ENODATA: it is not at such a block, and nothing is written.
 * @since 1.1
 */
HAKMEM_PUBLIC int hakmem_fault_write(int fd, const void *address, const void *site) HAKMEM_NOEXCEPT;

/**
 * Checks that counts, bitmaps, lists and the registry agree, for all heaps and what they share.
 * Empties the calling thread's cache first. Writes a line to stderr for each fault. In a hardened process it also looks for
 * blocks that were written beyond their end or after they were freed.
 * @return the number of faults; 0 if there are none.
 */
HAKMEM_PUBLIC size_t hakmem_check(void) HAKMEM_NOEXCEPT;

/**
 * Returns the version, the build's switches, and the options as they were at the first call.
 * @return lines of `name: value`, in memory that stays valid and unchanged.
 */
HAKMEM_PUBLIC const char *hakmem_config(void) HAKMEM_NOEXCEPT;

/** Returns the version of the library at run time. @return for instance "1.0.0"; compare HAKMEM_VERSION. */
HAKMEM_PUBLIC const char *hakmem_version(void) HAKMEM_NOEXCEPT;

/** @} */

/**
 * @defgroup tune Tuning at run time
 * @{
 */

/**
 * Changes an option while the program runs.
 * @param name an option of hakmem.conf(5) that says "run time: yes", for instance "diet".
 * @param value as in HAKMEM_CONF, for instance "true".
 * @return 0; -1 with errno ENOENT (no such option), EINVAL (bad value), EPERM (start-up only); for
 *         purge_thread also EAGAIN (no thread can be made: the option stays off), for prof also ENOMEM.
 */
HAKMEM_PUBLIC int hakmem_option_set(const char *name, const char *value) HAKMEM_NOEXCEPT;

/**
 * Reads an option.
 * @param name an option of hakmem.conf(5).
 * @param[out] value where its value goes: NUL-terminated, truncated if it does not fit.
 * @param size bytes at value.
 * @return length of the whole value; 0 with errno ENOENT if there is no such option.
 */
HAKMEM_PUBLIC size_t hakmem_option_get(const char *name, char *value, size_t size) HAKMEM_NOEXCEPT;

/**
 * The default of an option.
 * @param name an option of hakmem.conf(5).
 * @param[out] value where it goes, NUL-terminated, cut if it does not fit.
 * @param size bytes at value.
 * @return length of the whole value; 0 with errno ENOENT when there is no such option.
 * @since 1.1
 */
HAKMEM_PUBLIC size_t hakmem_option_default(const char *name, char *value, size_t size) HAKMEM_NOEXCEPT;

/**
 * Where an option's value comes from.
 * @param name an option of hakmem.conf(5).
 * @return "default", "program" (its ::hakmem_conf), "file" (the system's), "environment" (HAKMEM_CONF) or
 * "call" (hakmem_option_set()); NULL with errno ENOENT when there is no such option.
 * @since 1.1
 */
HAKMEM_PUBLIC const char *hakmem_option_origin(const char *name) HAKMEM_NOEXCEPT;

/**
 * A program's own options, written as in HAKMEM_CONF, which overrides them. The library does not
 * define this variable; a program may: `const char *hakmem_conf = "diet:true";` in a file that
 * includes this header. The value must be there before the first constructor runs. For a
 * preloaded library to see it, link the program with -rdynamic or
 * -Wl,--export-dynamic-symbol=hakmem_conf.
 * @since 1.1
 */
extern HAKMEM_PUBLIC const char *hakmem_conf;

/**
 * Gives free memory back to the kernel. First empties the caches of the calling thread and of
 * threads that have ended. Then, if more than target bytes of slack (free memory outside slabs that
 * is still resident) are left, or target is 0, gives back all that is free, including holes in
 * slabs. The caches of other running threads stay as they are; they hold little.
 * @param target bytes of slack that may stay; 0: none.
 * @return bytes given back.
 */
HAKMEM_PUBLIC size_t hakmem_trim(size_t target) HAKMEM_NOEXCEPT;

/** @} */

/**
 * @defgroup prof The heap profile
 * @brief Which code holds the memory: samples of allocations, with their stacks.
 *
 * On average one in `prof_interval` bytes (512 KiB by default) makes its block a sample. Sums over samples are unbiased
 * estimates: each stands for size / (1 - exp(-size / prof_interval)) bytes, where size is rounded up to the size class.
 * @{
 */

/**
 * Starts a heap profile in all threads, like the option `prof:on`. Does nothing if there is one already. May allocate.
 * A thread that is running may allocate a little more before it is sampled.
 * @return 0; -1 with errno ENOMEM if there is no address space for `prof_memory` bytes.
 * @since 1.1
 */
HAKMEM_PUBLIC int hakmem_prof_start(void) HAKMEM_NOEXCEPT;

/**
 * Stops the profile, drops it and gives its memory back, like `prof:off`.
 * @return 0.
 * @since 1.1
 */
HAKMEM_PUBLIC int hakmem_prof_stop(void) HAKMEM_NOEXCEPT;

/** Formats of hakmem_prof_write(). @since 1.1 */
enum hakmem_prof_format {
	HAKMEM_PROF_PPROF, /**< profile.proto in a gzip file, for `go tool pprof` and hakmem-prof. */
	HAKMEM_PROF_TEXT,  /**< `heap profile: ... heap_v2/`, for jeprof and pprof. */
	HAKMEM_PROF_FOLDED /**< Stacks and their live bytes, one per line, for flame graphs. */
};

/**
 * Writes the profile to a file descriptor, without allocating. The profile goes on; other threads wait only while it is
 * copied. Takes the dynamic linker's locks.
 * @param fd where to write.
 * @param format how to write.
 * @return 0; -1 with errno from write(2), EINVAL for an unknown format, ENODATA if there is no profile, or ENOMEM.
 * @since 1.1
 */
HAKMEM_PUBLIC int hakmem_prof_write(int fd, enum hakmem_prof_format format) HAKMEM_NOEXCEPT;

/** @} */

#ifdef __cplusplus
}
#endif
#endif
