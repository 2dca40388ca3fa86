/* SPDX-License-Identifier: MIT */
#include "region/registry.h"

#include "base/bits.h"
#include "os/page.h"
#include "region/limit.h"
#include "region/meta.h"

#define LEAF_SIZE ((size_t)1 << HAK_LEAF_SHIFT)

struct hak_front hak_registry_front[(size_t)1 << HAK_FRONT_SHIFT] HAK_ALIGNED(HAK_LINE_SIZE);

struct hak_registry_leaf *hak_registry_root[(size_t)1 << HAK_ROOT_SHIFT];

static uint32_t has_front_entries; /* any */

HAK_STATIC(HAK_ROOT_SHIFT > 0);

static inline uintptr_t slice_number(const void *p)
{
	return (uintptr_t)p >> HAK_SLICE_SHIFT;
}

/* Which OS pages of each leaf count as held: whose spans may have been written. */
static uint32_t counted[(size_t)1 << HAK_ROOT_SHIFT]; /* any */

HAK_STATIC(LEAF_SIZE * sizeof(struct hak_span *) / 4096 <= 32);

/* Counts those of leaf i that hold the spans of the slices [first, last]. */
static void count_pages(uintptr_t i, uintptr_t first, uintptr_t last)
{
	size_t in_page = hak_os_page_size() / sizeof(struct hak_span *);
	unsigned from = (unsigned)((first & (LEAF_SIZE - 1)) / in_page), to = (unsigned)((last & (LEAF_SIZE - 1)) / in_page);
	uint32_t mask = (uint32_t)hak_bits_mask(from, to - from + 1);

	if (HAK_LIKELY((mask & ~hak_load_relaxed(&counted[i])) == 0))
		return;
	mask &= ~hak_or_ordered(&counted[i], mask);
	hak_limit_add(hak_bits_count(mask) * hak_os_page_size());
}

static struct hak_registry_leaf *spare; /* any: NULL: none */

static struct hak_registry_leaf *take_leaf(void)
{
	struct hak_registry_leaf *leaf = hak_meta_map(sizeof *leaf);

	return leaf != NULL ? leaf : hak_swap_ordered(&spare, NULL);
}

bool hak_registry_prepare(void)
{
	struct hak_registry_leaf *none = NULL, *leaf = hak_load_relaxed(&spare);

	if (leaf == NULL) {
		leaf = hak_meta_map(sizeof *leaf);
		if (leaf != NULL)
			hak_cas_release(&spare, &none, leaf); /* otherwise there is one now, and this one is not worth giving back */
	}
	return leaf != NULL;
}

bool hak_registry_reserve(const void *base, size_t size)
{
	uintptr_t first = slice_number(base), last = slice_number((const char *)base + size - 1), end;

	if (last >> HAK_LEAF_SHIFT >= (uintptr_t)1 << HAK_ROOT_SHIFT)
		return false;
	for (; first <= last; first = end + 1) {
		struct hak_registry_leaf **slot = &hak_registry_root[first >> HAK_LEAF_SHIFT], *none = NULL, *leaf;

		end = first | (LEAF_SIZE - 1);
		if (hak_load_relaxed(slot) == NULL) {
			leaf = take_leaf();
			if (leaf == NULL)
				return false;
			if (hak_cas_release(slot, &none, leaf)) /* otherwise it is not needed, and not worth giving back */
				hak_meta_note(leaf, sizeof *leaf);
		}
		count_pages(first >> HAK_LEAF_SHIFT, first, end < last ? end : last);
	}
	return true;
}

uint64_t hak_registry_resident(void)
{
	uint64_t n_bytes = hak_os_resident(hak_registry_root, sizeof hak_registry_root);

	/* Where nothing was written, lookups have the kernel map its page of zeros, which is no memory, but counts here. */
	if (hak_load_relaxed(&has_front_entries))
		n_bytes += hak_os_resident(hak_registry_front, sizeof hak_registry_front);
	return n_bytes;
}

static struct hak_span **slot_of(uintptr_t n)
{
	return &hak_load_acquire(&hak_registry_root[n >> HAK_LEAF_SHIFT])->span[n & (LEAF_SIZE - 1)];
}

void hak_registry_put(const void *base, size_t n_slices, struct hak_span *span)
{
	uintptr_t n = slice_number(base);

	for (size_t i = 0; i < n_slices; i++)
		hak_store_release(slot_of(n + i), span);
}

void hak_registry_drop(const void *base, size_t n_slices)
{
	uintptr_t n = slice_number(base);

	for (size_t i = 0; i < n_slices; i++)
		hak_store_relaxed(slot_of(n + i), NULL);
}

HAK_STATIC(HAK_SLICE_SHIFT == 16 && HAK_N_CLASSES <= 1 << HAK_FRONT_SHIFT);

uint64_t hak_registry_make_tag(uint32_t id)
{
	return id < UINT16_MAX ? (uint64_t)id << HAK_TAG_SHIFT : HAK_TAG_WITHOUT_WORDS;
}

bool hak_registry_claim(const void *base, struct hak_span *span, struct hak_span *next)
{
	return hak_cas_ordered(slot_of(slice_number(base)), &span, next);
}

struct hak_span *hak_registry_find_below(const void *p, size_t most)
{
	uintptr_t n = slice_number(p), last = (uintptr_t)p > most ? ((uintptr_t)p - most) >> HAK_SLICE_SHIFT : 0;

	if (n >> HAK_LEAF_SHIFT >= (uintptr_t)1 << HAK_ROOT_SHIFT)
		return NULL;
	for (;; n = (n | (LEAF_SIZE - 1)) - LEAF_SIZE) { /* from the end of the leaf before */
		struct hak_registry_leaf *leaf = hak_load_acquire(&hak_registry_root[n >> HAK_LEAF_SHIFT]);
		uintptr_t first = n & ~(LEAF_SIZE - 1);

		for (uintptr_t i = n + 1; leaf != NULL && i > first && i > last; i--) {
			struct hak_span *span = hak_load_acquire(&leaf->span[i - 1 - first]);

			if (span != NULL && hak_load_relaxed(&span->base) <= (const char *)p)
				return span;
		}
		if (first <= last)
			return NULL;
	}
}

/* The word for the slice at base (R2). */
static uint64_t make_word(const char *base, uint64_t tag, unsigned sc)
{
	return (uintptr_t)base >> HAK_SLICE_SHIFT ^ tag ^ sc;
}

void hak_registry_put_front(const char *base, size_t n_slices, uint64_t tag, unsigned sc, const struct hak_front *slab)
{
	if (tag == HAK_TAG_WITHOUT_WORDS)
		return;
	hak_store_relaxed(&has_front_entries, 1);
	for (size_t i = 0; i < n_slices; i++, base += HAK_SLICE_SIZE) {
		struct hak_front *f = hak_registry_front_of(base);
		uint64_t none = 0;

		if (hak_load_relaxed(&f->word) != 0 || !hak_cas_acquire(&f->word, &none, HAK_FRONT_BUSY)) /* R3 */
			continue;
		hak_store_relaxed(&f->base, slab->base);
		hak_store_relaxed(&f->live, slab->live);
		hak_store_relaxed(&f->inverse, slab->inverse);
		/* Release: whoever finds the word finds the rest (R4). */
		hak_store_release(&f->word, make_word(base, tag, sc));
	}
}

void hak_registry_drop_front(const char *base, size_t n_slices, uint64_t tag, unsigned sc)
{
	for (size_t i = 0; i < n_slices; i++, base += HAK_SLICE_SIZE) {
		struct hak_front *f = hak_registry_front_of(base);

		if (hak_load_relaxed(&f->word) == make_word(base, tag, sc))
			hak_store_release(&f->word, 0);
	}
}
