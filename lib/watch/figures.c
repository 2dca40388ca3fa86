/* SPDX-License-Identifier: MIT */
/* Owns: what the figures are called, and what they mean in a line. */
#include "watch/record.h"

#define FIGURE(name, kind, meaning) { #name, offsetof(struct hakmem_stats, name), HAK_FIGURE_##kind, meaning }

/* Strings inside, no pointers: nothing here needs a relocation. */
const struct hak_figure hak_figures[HAK_N_FIGURES] = {
	FIGURE(allocated, BYTES, "In live blocks, rounded up to their classes"),
	FIGURE(cached, BYTES, "In free blocks that threads' caches hold"),
	FIGURE(in_flight, BYTES, "In blocks on their way back to their slabs"),
	FIGURE(slab_free, BYTES, "In free blocks of slabs in use, and rests of slabs and runs"),
	FIGURE(active, BYTES, "In slabs, runs and large blocks in use"),
	FIGURE(dirty, BYTES, "In free slices and kept mappings, still resident"),
	FIGURE(clean, BYTES, "In free slices that hold no memory, only addresses"),
	FIGURE(mapped, BYTES, "Addresses held for blocks"),
	FIGURE(metadata, BYTES, "The allocator's own tables and descriptors, resident"),
	FIGURE(large, BYTES, "In live large blocks, a part of allocated"),
	FIGURE(n_large, COUNT, "Live large blocks"),
	FIGURE(n_threads, COUNT, "Threads that have a cache"),
	FIGURE(n_heaps, COUNT, "Heaps"),
	FIGURE(n_adopted, COUNT_SO_FAR, "Caches that a new thread took over warm"),
	FIGURE(n_refills, COUNT_SO_FAR, "Batches from slabs to caches"),
	FIGURE(n_flushes, COUNT_SO_FAR, "Batches from caches to slabs"),
	FIGURE(n_remote, COUNT_SO_FAR, "Blocks freed into slabs of other heaps"),
	FIGURE(n_map_calls, COUNT_SO_FAR, "System calls that map, unmap, move or protect memory"),
	FIGURE(n_purge_calls, COUNT_SO_FAR, "System calls that give pages back"),
	FIGURE(purged, BYTES_SO_FAR, "Given back by them"),
	FIGURE(n_errors, COUNT_SO_FAR, "Bad frees reported under on_error:report"),
	FIGURE(holes, BYTES, "The part of active that is not resident"),
	FIGURE(lazy, BYTES, "In free slices that the system may take, and has not yet"),
	FIGURE(resident, BYTES, "In memory: active - holes + dirty + lazy + metadata"),
	FIGURE(n_mappings, COUNT, "The system's mappings that the allocator needs, at most"),
	FIGURE(held, BYTES, "What counts against the limits: all that may be resident"),
	FIGURE(limit_soft, BYTES, "Beyond it free memory goes back at once; 0: no limit"),
	FIGURE(limit_hard, BYTES, "Beyond it allocations fail; 0: no limit"),
	FIGURE(limit_from, COUNT, "The limits' origin: 1 option, 2 container, 3 both, 0 none"),
	FIGURE(n_refused, COUNT_SO_FAR, "Allocations that failed under a hard limit"),
	FIGURE(n_pressed, COUNT_SO_FAR, "Purges at once, for a limit or a short container"),
	FIGURE(n_samples, COUNT, "Live blocks that are samples of the heap profile"),
	FIGURE(n_lost, COUNT_SO_FAR, "Samples dropped because prof_memory was full"),
	FIGURE(peak_active, BYTES, "The most that was in use in slabs, runs and large blocks"),
	FIGURE(peak_held, BYTES, "The most that counted against the limits"),
	FIGURE(peak_resident, BYTES, "The most of the whole process that was resident"),
	FIGURE(pinned, BYTES, "The part of slab_free that live blocks on its pages hold"),
};
