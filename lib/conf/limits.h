/* SPDX-License-Identifier: MIT */
/* Owns: every number of the library, the human value beside it, and the bounds they keep to. */
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
#define HAK_SUPERSLAB_ALIGN ((size_t)2 << 20)           /* 2 MiB: a huge page on most machines */

/* The registry: words by the low bits of the slice's number, spans by all of them. */
#define HAK_FRONT_SHIFT (HAK_ADDRESS_BITS == 32 ? 16 : 20) /* 2^20 words see 64 GiB at a time */
#define HAK_LEAF_SHIFT (HAK_ADDRESS_BITS == 32 ? 12 : 14)  /* a leaf of 2^14 pointers covers 1 GiB */
#define HAK_ROOT_SHIFT (HAK_ADDRESS_BITS - HAK_SLICE_SHIFT - HAK_LEAF_SHIFT)

/* Size classes: steps of 16 to 128, then eight to each doubling. */
#define HAK_ALIGNMENT 16                     /* bytes: what max_align_t wants on every ABI here */
#define HAK_SMALL_MAX ((size_t)1024)         /* 1 KiB: the class comes from a table of bytes */
#define HAK_TINY_SHIFT 16
#define HAK_TINY_MAX ((size_t)1 << HAK_TINY_SHIFT) /* 64 KiB: the largest block that a slab holds */
#define HAK_N_CLASSES (8 + 8 * (HAK_TINY_SHIFT - 7)) /* 80 */
#define HAK_SLAB_SLICES_MAX 7                /* 448 KiB: the largest slab */
#define HAK_SLAB_WORDS_MAX (HAK_SLICE_SIZE / HAK_ALIGNMENT / 64) /* 64: bitmap words of the smallest class */

/* A thread's caches. */
#define HAK_CACHE_BYTES ((size_t)128 << 10)  /* 128 KiB: most bytes a thread caches of one class ... */
#define HAK_CACHE_MIN 16                     /* ... but this many blocks at least */
#define HAK_CACHE_FIRST 16                   /* slots of a class's first array */
#define HAK_BATCH_BYTES ((size_t)32 << 10)   /* 32 KiB: most bytes taken from slabs at a time, ... */
#define HAK_BATCH_MIN 4                      /* ... but this many blocks at least, ... */
#define HAK_BATCH_MAX 128                    /* ... and at most */
#define HAK_SWING_LEAST 256                  /* blocks that go to their slabs and back are worth a larger cache ... */
#define HAK_SWING_BYTES ((size_t)4 << 20)    /* ... where a thread's take no more than 4 MiB beyond their caps */
#define HAK_CACHE_MOST 262144                /* blocks in any cache: these 4 MiB, of the smallest class */
#define HAK_SWEEP_LEAST 128                  /* slabs: from there on, a heap that grows empties caches at rest */
#define HAK_SWEEP_CLASSES 8                  /* caches looked at for each slab that a heap grows by */
#define HAK_CACHE_DIET 8                     /* most slots in diet mode */
#define HAK_WARM_HEAPS 64                    /* heaps that keep their caches when their threads end, ... */
#define HAK_WARM_BYTES ((size_t)16 << 10)    /* ... 16 KiB of each class at most, ... */
#define HAK_WARM_SLABS 256                   /* ... from 256 slabs at most, for the next thread */

/* Runs and large blocks. */
#define HAK_RUN_MAX (HAK_SUPERSLAB_SIZE / 8) /* 4 MiB: the largest run; beyond it, a mapping of its own */
#define HAK_LARGE_CACHE_SLOTS 16             /* mappings kept for reuse ... */
#define HAK_LARGE_CACHE_BYTES ((size_t)128 << 20) /* ... of 128 MiB together */
#define HAK_ALIGN_MAX ((size_t)1 << (HAK_ADDRESS_BITS - 2))

/* Huge pages. */
#define HAK_HUGE_SIZE ((size_t)2 << 20)      /* 2 MiB: what one fault brings */
#define HAK_HUGE_SLICES (HAK_HUGE_SIZE / HAK_SLICE_SIZE)
#define HAK_HUGE_ASK_RATIO 24                /* asked for where what they may waste is at most 1/24 of the heap, ... */
#define HAK_HUGE_KEEP_RATIO 48               /* ... and kept while what is free inside is at most 1/48: 1/16 together */
#define HAK_HUGE_SPARSE_RATIO 64             /* only superslabs with at most 1/64 of larger blocks have them */

/* Metadata. */
#define HAK_META_CHUNK ((size_t)1 << 20)     /* 1 MiB of addresses at a time */
#define HAK_META_MAX ((size_t)32 << 10)      /* 32 KiB: what is larger gets OS pages of its own */

/* Purging. */
#define HAK_PURGE_DELAY 1000                 /* ms that free memory stays resident, unless purge_delay says otherwise */
#define HAK_UNDUMPED_LEAST 16                /* 1 MiB: free slices in a row worth a mapping not in core dumps */
#define HAK_PURGE_LEAST ((size_t)1 << 20)    /* 1 MiB: a smaller heap gets no purge thread ... */
#define HAK_PURGE_LEAST_SINGLE ((size_t)8 << 20) /* ... nor one of less than 8 MiB in a program without threads */
#define HAK_COLLECT_LEAST 16                 /* slabs by which a heap grows between two looks at what rests elsewhere, ... */
#define HAK_COLLECT_MOST 256                 /* ... where these find nothing */
#define HAK_HOLE_BATCH 64                    /* holes purged between two looks at a heap */
#define HAK_SLEEP_LEAST ((size_t)16 << 10)   /* 16 KiB in a sleeping thread's caches are worth emptying them */
#define HAK_SLEEP_BATCH 256                  /* sleeping threads looked at in a step */
#define HAK_SLEEP_STACK ((size_t)256 << 10)  /* 256 KiB: one that uses more of its stack is left alone */
#define HAK_HOLE_PAGES 1                     /* OS pages of the smallest hole worth a system call */

/* Limits on what the library holds. */
#define HAK_LIMIT_LEAST ((int64_t)1 << 20)   /* 1 MiB: the lowest limit that can be asked for ... */
#define HAK_LIMIT_MOST ((int64_t)1 << 47)    /* ... and the highest, 128 TiB */
#define HAK_LIMIT_SOFT_OF(n) ((n) / 10 * 9)     /* purging is early from nine tenths of the lowest limit ... */
#define HAK_LIMIT_BRINK_OF(n) ((n) - (n) / 32)  /* ... and an allocation's business just below the container's */
#define HAK_PURGE_PRESSED 50                 /* ms between steps beyond the soft limit */
#define HAK_LIMIT_LOOK 100                   /* ms between two looks at the container's files */
#define HAK_LIMIT_LEARN 10                   /* looks after which its limits are read anew */
#define HAK_LIMIT_STALL 20                   /* 1/20 of the time in which somebody waits for memory is pressure */
#define HAK_CGROUP_ROOT "/sys/fs/cgroup"

HAK_STATIC(HAK_SUPERSLAB_SIZE >= (1 << 20) && (HAK_SUPERSLAB_SIZE & (HAK_SUPERSLAB_SIZE - 1)) == 0);
HAK_STATIC(HAK_TINY_CACHE_CAP >= 8 && HAK_TINY_CACHE_CAP <= 4096);
HAK_STATIC(HAK_CACHE_MOST >= HAK_SWING_BYTES / HAK_ALIGNMENT);
HAK_STATIC(HAK_N_CLASSES <= 255);
HAK_STATIC(HAK_SLAB_SLICES_MAX * HAK_SLICE_SIZE <= HAK_SUPERSLAB_SIZE);
HAK_STATIC(HAK_SMALL_MAX <= HAK_TINY_MAX);
HAK_STATIC(HAK_META_MAX < HAK_SLICE_SIZE && HAK_SLICE_SIZE <= HAK_META_CHUNK);

#endif
