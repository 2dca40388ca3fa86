/* SPDX-License-Identifier: MIT */
/*
 * Owns: how who looks in from outside (hakmem-stat, the debugger's script) finds its way: an ELF note in the library, or in
 *       a program that is linked with libhakmem.a, leads to the objects, and one of them says where their fields are.
 * Threads: all of it is const. Locks: none.
 * The note's owner is "hakmem", its type HAK_INSIDE_NOTE. It holds the layout's number, how many objects follow, and
 * for each, in the order of HAK_INSIDE_OBJECTS, its distance from where that distance stands: a word as wide as a
 * pointer.
 * Objects and fields are only ever added, at the end. What else changes gets another HAK_INSIDE_LAYOUT.
 */
#ifndef HAK_WATCH_INSIDE_H
#define HAK_WATCH_INSIDE_H

#include "base/attr.h"
#include "conf/limits.h"

#define HAK_INSIDE_OWNER "hakmem"
#define HAK_INSIDE_NOTE 1
#define HAK_INSIDE_LAYOUT 1

/* hak_inside comes first. */
#define HAK_INSIDE_OBJECTS(X) \
	X(hak_inside) X(hak_group_slabs) X(hak_cache_none) X(hak_heap_none) X(hak_superslabs) X(hak_run_n_bytes) \
	X(hak_large_all) X(hak_large_n_live) X(hak_kept_slots) X(hak_thread_sums) X(hak_heaps_all) X(hak_heaps_n) \
	X(hak_os_counts) X(hak_report_n) X(hak_limit_sums) X(hak_peaks) X(hak_meta_ranges) X(hak_registry_front) \
	X(hak_registry_root) X(hak_profile_sums) X(hak_run_n_takes) X(hak_large_n_takes) X(hak_large_n_kept_takes) \
	X(hak_sentries)

#define HAK_INSIDE_IDX(name) HAK_AT_##name,
enum hak_inside_object { HAK_INSIDE_OBJECTS(HAK_INSIDE_IDX) HAK_N_INSIDE };

/* Offsets in bytes, unless it says otherwise. */
struct hak_inside {
	uint32_t layout;
	uint32_t size;         /* of this: later versions are longer */
	char version[HAK_VERSION_SIZE];
	uint32_t pointer_size;
	uint32_t slice_shift;  /* log2 of a slice's bytes */
	uint32_t leaf_shift;   /* log2 of the pointers in a leaf of the registry */
	uint32_t root_size;    /* bytes of the registry's root, ... */
	uint32_t front_size;   /* ... and of its front */
	uint32_t n_classes;

	uint32_t span_kind;    /* a byte: enum hak_kind */
	uint32_t span_class;   /* a byte */
	uint32_t span_n_slices; /* 4 bytes */
	uint32_t span_base;    /* a pointer, like all that is not said to be something else */
	uint32_t span_size;    /* a word as wide as a pointer: of a slab, of one block */

	uint32_t slab_owner;
	uint32_t slab_live;
	uint32_t slab_n_blocks; /* 2 bytes */
	uint32_t slab_n_words;  /* 2 bytes */
	uint32_t slab_n_free;   /* 4 bytes */
	uint32_t slab_next;
	uint32_t slab_bits;     /* a pointer to slab_n_words of 8 bytes: free blocks */
	uint32_t slab_remote;   /* the same: blocks in flight */

	uint32_t cache_top;     /* n_classes pointers */
	uint32_t cache_array;   /* n_classes pointers: [array, top) is what is cached */
	uint32_t cache_slot;    /* bytes of a slot; the block's address comes first */
	uint32_t cache_most;    /* slots */
	uint32_t cache_next;
	uint32_t cache_n_refills; /* 8 bytes, as the next two */
	uint32_t cache_n_flushes;
	uint32_t cache_n_remote;
	uint32_t cache_heap;
	uint32_t cache_generation; /* 4 bytes */

	uint32_t superslabs_all;
	uint32_t superslabs_n_mapped; /* 8 bytes: slices, as the next three */
	uint32_t superslabs_n_used;
	uint32_t superslabs_n_dirty;
	uint32_t superslabs_n_lazy;
	uint32_t superslab_next;
	uint32_t superslab_base;
	uint32_t superslab_n_slices; /* 4 bytes */
	uint32_t superslab_used;     /* a bit for each slice, as the next two, in words of 8 bytes */
	uint32_t superslab_dirty;
	uint32_t superslab_lazy;
	uint32_t superslab_words;    /* words of each */

	uint32_t large_mapped;  /* a word; 0: not in use */
	uint32_t large_next;

	uint32_t kept_base;
	uint32_t kept_size;     /* a word */
	uint32_t kept_stride;   /* bytes from one slot to the next */
	uint32_t kept_slots;    /* how many */

	uint32_t range_next;
	uint32_t range_base;
	uint32_t range_size;    /* a word */

	uint32_t heap_id;       /* 4 bytes */
	uint32_t heap_next;
	uint32_t heap_n_threads; /* 4 bytes */

	/* Each 8 bytes. */
	uint32_t os_n_map, os_n_purge, os_purged, os_n_mapped;
	uint32_t thread_n_threads, thread_n_reused;
	uint32_t limit_held, limit_soft, limit_hard, limit_from, limit_n_refused, limit_n_pressed;
	uint32_t peak_active, peak_held, peak_large; /* the last: bytes of live large blocks */
	uint32_t profile_n_samples, profile_n_lost;

	uint32_t cache_n_misses; /* 8 bytes */
	uint32_t cache_ring;    /* a pointer; NULL: none */
	uint32_t ring_n_slots;  /* 4 bytes */
	uint32_t ring_event;    /* the first struct hak_event of so many, ... */
	uint32_t ring_size;     /* ... and bytes of each */

	uint32_t slab_aside;    /* a pointer, NULL unless the process is a hardened one, to what has, ... */
	uint32_t aside_held;    /* ... from here on, slab_n_words of 8 bytes: held blocks, a part of what is in flight */

	uint32_t sentries_base;   /* NULL: none yet, as the next one */
	uint32_t sentries_all;
	uint32_t sentries_places; /* how many */
	uint32_t sentries_stride; /* bytes from one place to the next; the block is in its second half */
	uint32_t sentry_stride;   /* bytes of a descriptor */
	uint32_t sentry_base;     /* NULL: none so far */
	uint32_t sentry_size;     /* a word */
	uint32_t sentry_taken, sentry_given; /* words: a thread, 0: nobody; then sentry_depth return addresses, if fewer then 0 */
	uint32_t sentry_depth;
};

extern const struct hak_inside hak_inside;

#endif
