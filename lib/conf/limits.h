/* SPDX-License-Identifier: MIT */
/* Owns: every number of the library, with its human value beside it, and the bounds that they must keep. */
#ifndef HAK_CONF_LIMITS_H
#define HAK_CONF_LIMITS_H

#include "base/attr.h"
#include "base/check.h"

/* Addresses. */
#if UINTPTR_MAX > UINT32_MAX
#define HAK_ADDRESS_BITS 48
#else
#define HAK_ADDRESS_BITS 32
#endif

/* Slices and superslabs. */
#define HAK_SLICE_SHIFT 16
#define HAK_SLICE_SIZE ((size_t)1 << HAK_SLICE_SHIFT)   /* 64 KiB, the largest OS page there is */
#define HAK_SUPERSLAB_SLICES (HAK_SUPERSLAB_SIZE / HAK_SLICE_SIZE) /* 512 in 32 MiB */
#define HAK_SUPERSLAB_FIRST ((size_t)4 << 20)           /* 4 MiB: the first one, each next twice as large */
#define HAK_EXTENT_LOOKS 4                              /* superslabs looked at for slices that just fit */
#define HAK_SUPERSLAB_ALIGN ((size_t)2 << 20)           /* 2 MiB: a huge page on most machines */

/* The registry: words by the low bits of the slice's number, spans by all bits. */
#define HAK_FRONT_SHIFT (HAK_ADDRESS_BITS == 32 ? 16 : 19) /* 2^19 entries cover 32 GiB at a time */
#define HAK_LEAF_SHIFT (HAK_ADDRESS_BITS == 32 ? 12 : 14)  /* a leaf of 2^14 pointers covers 1 GiB */
#define HAK_ROOT_SHIFT (HAK_ADDRESS_BITS - HAK_SLICE_SHIFT - HAK_LEAF_SHIFT)

/* Size classes: steps of 16 to 128, then eight to each doubling. */
#define HAK_ALIGNMENT 16                     /* bytes: that of max_align_t on every ABI here */
#define HAK_SMALL_MAX ((size_t)1024)         /* 1 KiB: up to here, a table of bytes gives the class */
#define HAK_TINY_SHIFT 18
#define HAK_TINY_MAX ((size_t)1 << HAK_TINY_SHIFT) /* 256 KiB: the largest block that a slab holds */
#define HAK_SHARED_MAX HAK_SLICE_SIZE        /* 64 KiB: larger blocks have a slab each */
#define HAK_N_CLASSES (8 + 8 * (HAK_TINY_SHIFT - 7)) /* 96 */
#define HAK_SLAB_SLICES_MAX 7                /* 448 KiB: the largest slab */
#define HAK_SLAB_WORDS_MAX (HAK_SLICE_SIZE / HAK_ALIGNMENT / 64) /* 64: bitmap words of the smallest class */

/* A thread's cache. */
#define HAK_CACHE_FIRST_RATIO 32             /* a class's first array claims 1/32 of the budget, ... */
#define HAK_CACHE_FIRST_LEAST 1              /* ... but at least this many slots, one for blocks with a slab each, ... */
#define HAK_CACHE_FIRST_MOST 16              /* ... and at most this many */
#define HAK_CACHE_WINDOW 512                 /* in this many misses of all classes, ... */
#define HAK_CACHE_EVIDENCE 16                /* ... a class needs this many to grow, if the budget is all claimed; else fewer */
#define HAK_CACHE_SINGLE 4                   /* of blocks with a slab each, a quarter: each miss counts this many times */
#define HAK_CACHE_MOST 4096                  /* slots of a class, whatever configure and the options say */
#define HAK_CACHE_DIET 8                     /* slots of a class in diet mode, at most */
#define HAK_CACHE_LOOKS 8                    /* classes checked, in turn, for idle blocks, ... */
#define HAK_CACHE_PAUSE 1024                 /* ... and misses from the last class until the first is checked again */
#define HAK_CACHE_LOOKS_LEFT 4               /* classes checked, in turn, for not being used any more, when one grows */
#define HAK_BATCH_BYTES ((size_t)32 << 10)   /* 32 KiB: the most bytes taken from slabs at a time, ... */
#define HAK_BATCH_MIN 4                      /* ... but at least this many blocks, if they share slabs, ... */
#define HAK_BATCH_MAX 128                    /* ... and at most */

/* What the thread caches may hold. */
#define HAK_BUDGET_ONE ((size_t)10 << 20)    /* 10 MiB for one active thread, and each of two, 4/n^2 for each of more, ... */
#define HAK_BUDGET_MISSES 64                 /* ... a thread being active from its 64th miss on, which adjusts its part, too; ... */
#define HAK_BUDGET_RATIO 16                  /* ... or an equal part of 1/16 of the memory in use, if that is more; ... */
#define HAK_BUDGET_FEW 16                    /* ... with more threads than this, 1/4n and a part that shrinks; ... */
#define HAK_BUDGET_LEAST ((size_t)8 << 10)   /* ... but at least 8 KiB ... */
#define HAK_BUDGET_EARNED ((size_t)128 << 10) /* ... plus what it earns, up to 128 KiB, ... */
#define HAK_BUDGET_EARNING 32768             /* ... all of it by so many misses, a quarter of it by half as many, and so on; ... */
#define HAK_BUDGET_BUSY 2                    /* ... or, if that is more, up to twice its equal part of that 1/16, ... */
#define HAK_BUDGET_PER_BUSY_MISS 64          /* ... by so many bytes a miss; ... */
#define HAK_BUDGET_MOST ((size_t)16 << 20)   /* ... and at most 16 MiB */
#define HAK_WARM_CACHES 4                    /* caches of ended threads, blocks and all, that a heap keeps */
#define HAK_LEND_RATIO 8                     /* a heap without caches lends slabs of which 1/8 is free: ... */
#define HAK_LEND_LOOKS 8                     /* ... it looks at so many at a time */
#define HAK_HEAPS_MAX 1024                   /* heaps: one for each processor, at most this many; ... */
#define HAK_HEAPS_UNKNOWN 4                  /* ... this many, if the kernel does not say how many there are */
#define HAK_COLLECT_FREES 256                /* frees into other heaps, until the freeing thread collects there */
#define HAK_COLLECT_EVERY 16                 /* slabs made between two looks at what other heaps have to collect */
#define HAK_NESTED_TRIES 1000                /* to get a heap's lock, in a handler that must not wait for it */

/* Runs and large blocks. */
#define HAK_RUN_MAX (HAK_SUPERSLAB_SIZE / 8) /* 4 MiB: the largest run; beyond it, a mapping of its own */
#define HAK_LARGE_CACHE_SLOTS 64             /* mappings kept for reuse, at most */
#define HAK_KEPT_SLOTS (HAK_LARGE_CACHE_SLOTS + HAK_SPARE_SLOTS) /* of either kind */
#define HAK_LARGE_PURGES 64                  /* mappings, or pieces of one, unmapped in a row */
#define HAK_ALIGN_MAX ((size_t)1 << (HAK_ADDRESS_BITS - 2))

/* Hardened processes. */
#define HAK_PAD_SMALL 128                    /* bytes: after a smaller block at least one byte is left, ... */
#define HAK_PAD_MIDDLE 1024                  /* ... after one of less than 1 KiB a word, after others two ... */
#define HAK_PAD_WORD 8                       /* ... of 8 bytes */
#define HAK_HELD_LEAST 256                   /* blocks of a class handed out, or half a slab, before a freed one is */
#define HAK_DRAW_MOST (HAK_TINY_CACHE_CAP < 16 ? HAK_TINY_CACHE_CAP : 16) /* blocks drawn at once, for a thread cache, ... */
#define HAK_DRAW_BYTES 4096                  /* ... of so many bytes at the most */
#define HAK_PLACES_BITS 46                   /* 64 TiB of addresses, and in it ... */
#define HAK_WINDOW_BITS 36                   /* ... a window of 64 GiB for random addresses */
#define HAK_SPARE_SLOTS 8                    /* hardened: freed large blocks whose pages are kept for the next one, ... */
#define HAK_SPARE_MOST ((size_t)4 << 20)     /* ... 4 MiB of them in all ... */
#define HAK_SPARE_LARGEST ((size_t)1 << 20)  /* ... and 1 MiB each at most */
#define HAK_QUARANTINE_SLOTS 64              /* freed large blocks whose addresses stay inaccessible, ... */
#define HAK_QUARANTINE_MOST (HAK_ADDRESS_BITS == 32 ? (size_t)16 << 20 : (size_t)64 << 30) /* ... and the bytes of these */

/* Blocks between inaccessible OS pages, chosen now and then. */
#define HAK_SENTRIES 31                      /* at a time, ... */
#define HAK_SENTRY_PLACE ((size_t)2 * HAK_SLICE_SIZE) /* in 128 KiB of addresses each, ... */
#define HAK_SENTRY_MOST ((size_t)16 << 10)   /* ... of up to 16 KiB, ... */
#define HAK_SENTRIES_BYTES ((size_t)192 << 10) /* ... all together in 192 KiB of OS pages */
#define HAK_SENTRY_START 30000               /* ms from a process's first look at the clock to the first one, ... */
#define HAK_SENTRY_PAUSE 20                  /* ... and ms from one to the next */
#define HAK_SENTRY_DEPTH 8                   /* return addresses kept of an allocation and of a free, ... */
#define HAK_SENTRY_STACK 4096                /* ... found in 4 KiB of stack at most */
#define HAK_POST_EVERY 128                   /* allocations of a class, on average, of which one misses while they are counted: ... */
#define HAK_POST_RATE 192                    /* ... so many in each ms, ... */
#define HAK_POST_SAVED 250                   /* ... up to that of 250 ms at once; a thread that makes more stops ... */
#define HAK_POST_REST 1000                   /* ... for so many ms */
#define HAK_POST_COUNTING 16                 /* threads that count at a time */

/* Huge pages. */
#define HAK_HUGE_SIZE ((size_t)2 << 20)      /* 2 MiB: what one fault brings */
#define HAK_HUGE_SLICES (HAK_HUGE_SIZE / HAK_SLICE_SIZE)
#define HAK_HUGE_ASK_RATIO 12                /* asked for once what they may waste is at most 1/12 of the heap, ... */
#define HAK_HUGE_KEEP_RATIO 48               /* ... and kept while what is free inside is at most 1/48 */

/* Metadata. */
#define HAK_META_CHUNK ((size_t)1 << 20)     /* 1 MiB of addresses at a time */
#define HAK_META_HUGE_LEAST ((uint64_t)128 << 20) /* from 128 MiB held on, a huge page at a time */
#define HAK_META_MAX ((size_t)32 << 10)      /* 32 KiB: what is larger gets OS pages of its own */
#define HAK_GROUP_SIZE ((size_t)16 << 10)    /* 16 KiB: slabs' bitmaps and live bytes that come and go together, ... */
#define HAK_GROUP_FIRST ((size_t)1 << 10)    /* ... and 1 KiB, or one slab's, that stay */

/* Purging. */
#define HAK_PURGE_DELAY 1000                 /* ms that free memory stays resident: the default of purge_delay */
#define HAK_UNDUMPED_LEAST 16                /* 1 MiB: free slices in a row that are worth splitting a mapping for core dumps */
#define HAK_SLACK_LEAST ((size_t)4 << 20)    /* 4 MiB of free memory may stay resident for a while, ... */
#define HAK_SLACK_RATIO 16                   /* ... plus 1/16 of what is in use, plus all that was in use lately, ... */
#define HAK_SLACK_DRAIN ((size_t)32 << 20)   /* ... until 32 MiB were freed without anything being taken, ... */
#define HAK_SLACK_GIVEN ((size_t)1 << 20)    /* ... each free counting for 1 MiB more; what exceeds this is given back ... */
#define HAK_PURGE_PIECE 16                   /* ... at once, in pieces of 1 MiB */
#define HAK_PURGE_LOOKS 8                    /* superslabs looked at for a huge page that is all free */
#define HAK_SLACK_STEP ((size_t)1 << 20)     /* 1 MiB: the steps in which heaps count what they keep */
#define HAK_BITE_NS 60000                    /* 60 µs: time for a bite, plus at most one system call; ... */
#define HAK_BITE_SHARE 20                    /* ... all bites together take 1/20 of the time, ... */
#define HAK_BITE_SAVED 100                   /* ... of which up to 100 ms can be saved up */
#define HAK_STEP_MISSES 16                   /* misses of a thread between two looks at the clock, ... */
#define HAK_STEP_SLICES 128                  /* ... or 8 MiB of runs and large blocks freed by it */
#define HAK_REST_PROBE 16                    /* forced misses that a thread gets now and then, to find out whether it is idle */
#define HAK_REST_AGAIN 2                     /* how often a class is made to miss again in a clock tick */
#define HAK_REST_SIGNS 4                     /* new classes, and large flushes, that count in a clock tick */
#define HAK_REST_FLUSH 32                    /* blocks flushed at once that make a large flush: the thread may be idle soon */
#define HAK_REST_TOLD 8                      /* other caches that a thread makes miss now and then, ... */
#define HAK_REST_TELL_PAUSE 16               /* ... this many ms after it was last done */
#define HAK_REST_MS 8                        /* ms without a miss: the thread is idle */
#define HAK_REST_EVERY 256                   /* other misses until this is checked again */
#define HAK_REST_PER_MS 4                    /* if it is idle, it gets this many forced misses for each ms that went by, ... */
#define HAK_REST_TOKENS 4096                 /* ... and has at most this many */
#define HAK_HOLE_BATCH 8                     /* holes purged between two looks at a heap, ... */
#define HAK_HOLE_LOOKS 64                    /* ... which looks at this many slabs */
#define HAK_HOLE_PAGES 1                     /* OS pages of the smallest hole worth a system call */
#define HAK_PURGE_RETRY 60000                /* ms until what the kernel refused, such as locked memory, is tried again */
#define HAK_PURGER_MS 100                    /* ms between two looks of the purge thread */

/* Options. */
#define HAK_CONF_READ 512                    /* bytes of the system's file that are read at a time, ... */
#define HAK_CONF_LINE 256                    /* ... and of its longest line */

#define HAK_CONFIG_SIZE 2048                 /* 2 KiB: what hakmem_config() tells at most, with every path at its longest */
#define HAK_CHAOS_MOST 1000000               /* one allocation in this many fails, at least */
#define HAK_CHAOS_SEED_MOST 999999999
#define HAK_CHECK_EVERY 1000                 /* allocations between two checks of the heap, ... */
#define HAK_CHECK_BYTES 4096                 /* ... and one more for each 4 KiB of it */

/* Limits on what the library holds. */
#define HAK_LIMIT_LEAST ((int64_t)1 << 20)   /* 1 MiB: the lowest limit that can be set ... */
#define HAK_LIMIT_MOST ((int64_t)1 << 47)    /* ... and the highest, 128 TiB */
#define HAK_LIMIT_SOFT_OF(n) ((n) / 10 * 9)     /* a soft limit is nine tenths of the lowest limit ... */
#define HAK_LIMIT_BRINK_OF(n) ((n) - (n) / 32)  /* ... and just below the container's, allocations purge themselves */
#define HAK_PURGE_PRESSED 50                 /* ms that free memory stays above the soft limit */
#define HAK_LIMIT_LOOK 100                   /* ms between two looks at the container's files */
#define HAK_LIMIT_LEARN 10                   /* looks after which its limits are read again */
#define HAK_LIMIT_STALL 20                   /* waiting for memory for 1/20 of the time is pressure */
#define HAK_CGROUP_ROOT "/sys/fs/cgroup"

/* The heap profile. */
#define HAK_PROF_INTERVAL ((int64_t)512 << 10) /* 512 KiB between two samples on average, by default */
#define HAK_PROF_INTERVAL_MOST ((int64_t)1 << 40) /* 1 TiB */
#define HAK_PROF_MEMORY ((int64_t)32 << 20)  /* 32 MiB of addresses for all records by default, ... */
#define HAK_PROF_MEMORY_LEAST ((int64_t)1 << 20) /* ... 1 MiB at least ... */
#define HAK_PROF_MEMORY_MOST ((int64_t)16 << 30) /* ... and 16 GiB at most */
#define HAK_PROF_MEMORY_DEBUG (1U << 30)     /* 1 GiB of addresses where each block is a sample */
#define HAK_PROF_DEPTH 64                    /* most return addresses of a stack */
#define HAK_PROF_FREE_DEPTH 16               /* ... and of a free's, where it is kept */
#define HAK_PROF_PEAK_RATIO 8                /* a new peak is recorded when memory has grown by 1/8 */
#define HAK_PROF_VISIT 64                    /* records that are copied at a time while the profile's lock is held */
#define HAK_PROF_FREED 65536                 /* freed blocks whose stacks are known, where each block is a sample */
#define HAK_PROF_LATE 64                     /* frees at a time by handlers whose thread holds the profile's lock */
#define HAK_REACH_CHUNK ((size_t)64 << 10)   /* 64 KiB of memory read at a time, in search of leaks */
#define HAK_REACH_SPARE ((size_t)64 << 10)   /* blocks that other threads may allocate meanwhile */
#define HAK_LEAKS_TOLD 20                    /* places that leak most, listed at exit */
#define HAK_PROF_SIGNAL_MOST 64              /* the highest signal there is */
#define HAK_MODULES_MOST 1024                /* executable segments of programs and libraries that a profile names, ... */
#define HAK_MODULE_NAME 232                  /* ... bytes of a file's name ... */
#define HAK_BUILD_ID_MOST 20                 /* ... and of its build id */

/* The event rings. */
#define HAK_RING_MOST 65536                  /* events of a thread */
#define HAK_RING_MEMORY ((uint64_t)64 << 20) /* 64 MiB: of all rings; further threads share one */
#define HAK_RING_DEPTH 3                     /* misses inside of each other, of handlers or the clock, whose events are kept */

/* Records of the figures. */
#define HAK_PROGRAM_SIZE 64                  /* bytes of a program's name, the end included */
#define HAK_VERSION_SIZE 16
#define HAK_RECORD_ROOM ((size_t)64 << 10)   /* 64 KiB: what is written at a time */
#define HAK_RECORD_WAITS 1000                /* ms for others to have written theirs into the same pipe */
#define HAK_STATS_INTERVAL 10                /* s between two writings of stats_file, unless stats_interval says otherwise; */
#define HAK_PAGE_PAUSE 100                   /* ms between two renewals of stats_page, at least */
#define HAK_LOOK_PATIENCE 60000              /* ms until it is somebody else's turn, whatever became of who began */
#define HAK_LOOK_SHARE 400                   /* what is done on misses takes at most 1/400 of the time */

HAK_STATIC(HAK_SUPERSLAB_SIZE >= (1 << 20) && (HAK_SUPERSLAB_SIZE & (HAK_SUPERSLAB_SIZE - 1)) == 0);
HAK_STATIC(HAK_TINY_CACHE_CAP >= 8 && HAK_TINY_CACHE_CAP <= HAK_CACHE_MOST);
HAK_STATIC(HAK_N_CLASSES <= 255);
HAK_STATIC(HAK_SLAB_SLICES_MAX * HAK_SLICE_SIZE <= HAK_SUPERSLAB_SIZE);
HAK_STATIC(HAK_SMALL_MAX <= HAK_TINY_MAX);
HAK_STATIC(HAK_META_MAX < HAK_SLICE_SIZE && HAK_SLICE_SIZE <= HAK_META_CHUNK);

#endif
