/* SPDX-License-Identifier: MIT */
#include "watch/inside.h"

#include "conf/report.h"
#include "hakmem.h"
#include "large/kept.h"
#include "large/large.h"
#include "large/sentry.h"
#include "mid/run.h"
#include "os/page.h"
#include "region/limit.h"
#include "region/meta.h"
#include "region/peak.h"
#include "region/slices.h"
#include "thread/heap.h"
#include "thread/thread.h"
#include "tiny/aside.h"
#include "tiny/group.h"
#include "watch/profile.h"
#include "watch/ring.h"

#define SPAN(field) offsetof(struct hak_span, field)
#define SLAB(field) offsetof(struct hak_slab, field)
#define CACHE(field) offsetof(struct hak_cache, field)
#define SUPERSLABS(field) offsetof(struct hak_superslabs, field)
#define SUPERSLAB(field) offsetof(struct hak_superslab, field)
#define HEAP(field) offsetof(struct hak_heap, field)
#define SENTRY(field) offsetof(struct hak_sentry, field)

const struct hak_inside hak_inside = {
	.layout = HAK_INSIDE_LAYOUT,
	.size = sizeof(struct hak_inside),
	.version = HAKMEM_VERSION,
	.pointer_size = sizeof(void *),
	.slice_shift = HAK_SLICE_SHIFT,
	.leaf_shift = HAK_LEAF_SHIFT,
	.root_size = sizeof hak_registry_root,
	.front_size = sizeof hak_registry_front,
	.n_classes = HAK_N_CLASSES,
	.span_kind = SPAN(kind), .span_class = SPAN(sc), .span_n_slices = SPAN(n_slices), .span_base = SPAN(base),
	.span_size = SPAN(size),
	.slab_owner = SLAB(owner), .slab_live = SLAB(live), .slab_n_blocks = SLAB(n_blocks), .slab_n_words = SLAB(n_words),
	.slab_n_free = SLAB(n_free), .slab_next = SLAB(next), .slab_bits = SLAB(bits),
	.slab_remote = SLAB(remote),
	.cache_top = CACHE(top), .cache_array = CACHE(array), .cache_slot = sizeof(struct hak_slot),
	.cache_most = HAK_TINY_CACHE_CAP, .cache_next = CACHE(next), .cache_n_refills = CACHE(n_refills),
	.cache_n_flushes = CACHE(n_flushes), .cache_n_remote = CACHE(n_remote), .cache_heap = CACHE(heap),
	.cache_generation = CACHE(generation),
	.superslabs_all = SUPERSLABS(all), .superslabs_n_mapped = SUPERSLABS(n_mapped), .superslabs_n_used = SUPERSLABS(n_used),
	.superslabs_n_dirty = SUPERSLABS(n_dirty), .superslabs_n_lazy = SUPERSLABS(n_lazy),
	.superslab_next = SUPERSLAB(next), .superslab_base = SUPERSLAB(base), .superslab_n_slices = SUPERSLAB(n_slices),
	.superslab_used = SUPERSLAB(used), .superslab_dirty = SUPERSLAB(dirty), .superslab_lazy = SUPERSLAB(lazy),
	.superslab_words = HAK_SLICES_WORDS,
	.large_mapped = offsetof(struct hak_large, mapped), .large_next = offsetof(struct hak_large, next),
	.kept_base = offsetof(struct hak_kept, base), .kept_size = offsetof(struct hak_kept, size),
	.kept_stride = sizeof(struct hak_kept), .kept_slots = HAK_KEPT_SLOTS,
	.range_next = offsetof(struct hak_meta_range, next), .range_base = offsetof(struct hak_meta_range, base),
	.range_size = offsetof(struct hak_meta_range, size),
	.heap_id = HEAP(id), .heap_next = HEAP(next), .heap_n_threads = HEAP(n_threads),
	.os_n_map = offsetof(struct hak_os_counts, n_map), .os_n_purge = offsetof(struct hak_os_counts, n_purge),
	.os_purged = offsetof(struct hak_os_counts, purged), .os_n_mapped = offsetof(struct hak_os_counts, n_mapped),
	.thread_n_threads = offsetof(struct hak_thread_stats, n_threads),
	.thread_n_reused = offsetof(struct hak_thread_stats, n_reused),
	.limit_held = offsetof(struct hak_limit_stats, held), .limit_soft = offsetof(struct hak_limit_stats, soft),
	.limit_hard = offsetof(struct hak_limit_stats, hard), .limit_from = offsetof(struct hak_limit_stats, from),
	.limit_n_refused = offsetof(struct hak_limit_stats, n_refused),
	.limit_n_pressed = offsetof(struct hak_limit_stats, n_pressed),
	.peak_active = offsetof(struct hak_peaks, active), .peak_held = offsetof(struct hak_peaks, held),
	.peak_large = offsetof(struct hak_peaks, large),
	.profile_n_samples = offsetof(struct hak_profile_counts, n_samples),
	.profile_n_lost = offsetof(struct hak_profile_counts, n_lost),
	.cache_n_misses = CACHE(n_misses), .cache_ring = CACHE(ring),
	.ring_n_slots = offsetof(struct hak_ring, n_slots), .ring_event = offsetof(struct hak_ring, event), .ring_size = sizeof(struct hak_event),
	.slab_aside = SLAB(aside), .aside_held = offsetof(struct hak_aside, words),
	.sentries_base = offsetof(struct hak_sentries, base), .sentries_all = offsetof(struct hak_sentries, all),
	.sentries_places = HAK_SENTRIES, .sentries_stride = HAK_SENTRY_PLACE, .sentry_stride = sizeof(struct hak_sentry),
	.sentry_base = SENTRY(base), .sentry_size = SENTRY(size), .sentry_taken = SENTRY(taken), .sentry_given = SENTRY(given),
	.sentry_depth = HAK_SENTRY_DEPTH,
};

#if UINTPTR_MAX > UINT32_MAX
#define WORD ".quad "
#else
#define WORD ".long "
#endif
#define TEXT_OF(x) #x
#define NUMBER(x) TEXT_OF(x)
#define PLACE(name) WORD #name " - .\n"
#define COUNT(name) "+1"

/* Distances, not addresses: nothing here needs a relocation when it is loaded. */
__asm__(".pushsection .note.hakmem,\"a\",%note\n"
	".balign 4\n"
	".long 2f - 1f\n"
	".long 4f - 3f\n"
	".long " NUMBER(HAK_INSIDE_NOTE) "\n"
	"1: .asciz \"" HAK_INSIDE_OWNER "\"\n"
	"2: .balign 4\n"
	"3: .long " NUMBER(HAK_INSIDE_LAYOUT) "\n"
	".long 0" HAK_INSIDE_OBJECTS(COUNT) "\n"
	HAK_INSIDE_OBJECTS(PLACE)
	"4: .balign 4\n"
	".popsection\n");
