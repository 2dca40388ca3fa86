/* SPDX-License-Identifier: MIT */
#include "region/registry.h"

#include "os/page.h"
#include "region/meta.h"

#define LEAF_SIZE ((size_t)1 << HAK_LEAF_SHIFT)

uint64_t hak_registry_front[(size_t)1 << HAK_FRONT_SHIFT] HAK_ALIGNED(HAK_LINE_SIZE);

struct hak_registry_leaf *hak_registry_root[(size_t)1 << HAK_ROOT_SHIFT];

HAK_STATIC(HAK_ROOT_SHIFT > 0);

static inline uintptr_t slice_number(const void *p)
{
	return (uintptr_t)p >> HAK_SLICE_SHIFT;
}

bool hak_registry_reserve(const void *base, size_t size)
{
	uintptr_t first = slice_number(base) >> HAK_LEAF_SHIFT;
	uintptr_t last = slice_number((const char *)base + size - 1) >> HAK_LEAF_SHIFT;

	if (last >= (uintptr_t)1 << HAK_ROOT_SHIFT)
		return false;
	for (uintptr_t i = first; i <= last; i++) {
		struct hak_registry_leaf *none = NULL;
		struct hak_registry_leaf *leaf;

		if (hak_load_relaxed(&hak_registry_root[i]) != NULL)
			continue;
		leaf = hak_os_map(sizeof *leaf, hak_os_page_size(), "hakmem: registry");
		if (leaf == NULL)
			return false;
		if (hak_cas_release(&hak_registry_root[i], &none, leaf))
			hak_meta_note(leaf, sizeof *leaf);
		else
			hak_os_unmap(leaf, sizeof *leaf);
	}
	return true;
}

uint64_t hak_registry_resident(void)
{
	return hak_os_resident(hak_registry_front, sizeof hak_registry_front) + hak_os_resident(hak_registry_root, sizeof hak_registry_root);
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

/* A tag is a heap's number in the bits above the slice's. */
#define TAG_SHIFT (64 - HAK_SLICE_SHIFT)
#define TAG_WITHOUT_WORDS ((uint64_t)UINT16_MAX << TAG_SHIFT)

HAK_STATIC(HAK_SLICE_SHIFT == 16 && HAK_N_CLASSES <= 1 << HAK_FRONT_SHIFT);

uint64_t hak_registry_make_tag(uint32_t id)
{
	return id < UINT16_MAX ? (uint64_t)id << TAG_SHIFT : TAG_WITHOUT_WORDS;
}

bool hak_registry_claim(const void *base, size_t n_slices, struct hak_span *span)
{
	if (!hak_cas_acquire(slot_of(slice_number(base)), &span, NULL))
		return false;
	hak_registry_drop((const char *)base + HAK_SLICE_SIZE, n_slices - 1);
	return true;
}

void hak_registry_set_words(const char *base, size_t n_slices, uint64_t old_tag, uint64_t new_tag, unsigned sc)
{
	if (old_tag == TAG_WITHOUT_WORDS)
		old_tag = 0;
	if (new_tag == TAG_WITHOUT_WORDS)
		new_tag = 0;
	if (old_tag == new_tag)
		return;
	for (size_t i = 0; i < n_slices; i++, base += HAK_SLICE_SIZE) {
		uint64_t *word = hak_registry_word_of(base);
		uint64_t old = old_tag != 0 ? hak_registry_make_word(base, old_tag, sc) : 0;
		uint64_t new = new_tag != 0 ? hak_registry_make_word(base, new_tag, sc) : 0;
		uint64_t seen = hak_load_relaxed(word);

		/* R3: a word that is somebody else's stays. */
		if (seen == old || (seen == 0 && new != 0))
			hak_cas_release(word, &seen, new);
	}
}
