/* SPDX-License-Identifier: MIT */
#include "tiny/slab.h"

#include <string.h>

#include "base/bits.h"
#include "base/text.h"
#include "os/lock.h"
#include "os/page.h"
#include "region/huge.h"
#include "region/meta.h"
#include "tiny/remote.h"

static struct hak_lock lock = HAK_LOCK(HAK_RANK_SLABS);
static struct hak_link *unused[HAK_SLAB_WORDS_MAX + 1]; /* lk:SLABS: descriptors by words, linked by next */

/* hak_slab_place() */
HAK_STATIC(HAK_SLAB_SLICES_MAX * HAK_SLICE_SIZE <= (size_t)1 << 20 && HAK_TINY_MAX <= (size_t)1 << 16);

static struct hak_slab *of_link(struct hak_link *link)
{
	return HAK_MEMBER(link, struct hak_slab, link);
}

static void take_lock(void)
{
	if (!hak_lock_take(&lock))
		memset(unused, 0, sizeof unused);
}

/* Where in a descriptor the free bitmap begins (B4). */
static size_t bits_off(unsigned n_words)
{
	return hak_round_up(offsetof(struct hak_slab, remote) + n_words * sizeof(uint64_t), HAK_LINE_SIZE);
}

static struct hak_slab *take_descriptor(unsigned n_words)
{
	struct hak_link *l;

	take_lock();
	l = unused[n_words];
	HAK_NOTE_WRITE(&unused[n_words], sizeof l);
	if (l != NULL)
		unused[n_words] = l->next;
	hak_lock_give(&lock);
	if (l != NULL)
		return of_link(l);
	return hak_meta_take(bits_off(n_words) + n_words * sizeof(uint64_t));
}

static void give_descriptor(struct hak_slab *s)
{
	take_lock();
	HAK_NOTE_WRITE(&s->link, sizeof s->link);
	HAK_NOTE_WRITE(&unused[s->n_words], sizeof s->link.next);
	s->link.next = unused[s->n_words];
	unused[s->n_words] = &s->link;
	hak_lock_give(&lock);
}

/* Do the counts match the bitmap (B1)? */
static bool is_counted(const struct hak_slab *s)
{
	unsigned n_free = 0;

	for (unsigned w = 0; w < s->n_words; w++) {
		n_free += hak_bits_count(s->bits[w]);
		if (s->bits[w] != 0 && w < s->first_word)
			return false;
	}
	return n_free == s->n_free;
}

static void audit_own(const struct hak_heap *h, const struct hak_slab *s)
{
	HAK_REQUIRE(is_counted(s), "audit: a slab's counts do not match its bitmap");
	HAK_REQUIRE(s->link.next->prev == &s->link && s->link.prev->next == &s->link, "audit: a slab is in no list");
	HAK_REQUIRE(hak_load_relaxed(&s->owner) == h, "audit: a slab is another heap's");
}

/* All blocks free; the bits behind the last block stay clear. */
static void fill_free(struct hak_slab *s)
{
	memset(s->remote, 0, s->n_words * sizeof(uint64_t));
	memset(s->bits, 0, s->n_words * sizeof(uint64_t));
	hak_bits_fill(s->bits, 0, s->n_blocks, true);
	s->n_free = s->n_blocks;
	s->first_word = 0;
	s->news = HAK_NEWS_NONE;
	s->hole_at = 0;
	s->kept = 0;
}

/* No larger than an OS page: wherever a block is alive, every OS page is touched. */
static bool is_dense(size_t size)
{
	return size <= hak_os_page_size();
}

/* n: 1 if h has s from now on, -1 if it has it no more. */
static void count_slab_own(struct hak_heap *h, const struct hak_slab *s, int n)
{
	unsigned sc = s->span.sc;
	struct hak_bin *bin = &h->bin[sc];

	if (bin->n_slabs == (n > 0 ? 0 : 1) && is_dense(hak_class_size(sc)))
		hak_huge_count_first((int64_t)n * hak_class_slices(sc));
	hak_own_add(&bin->n_slabs, n);
	hak_own_add(&bin->n_blocks, n * (int64_t)s->n_blocks);
}

struct hak_slab *hak_slab_make_own(struct hak_heap *h, unsigned sc)
{
	size_t size = hak_class_size(sc);
	unsigned n_slices = h->bin[sc].n_slabs > 0 ? hak_class_slices(sc) : hak_class_first_slices(sc);
	unsigned n_blocks = (unsigned)(n_slices * HAK_SLICE_SIZE / size);
	unsigned n_words = HAK_N_WORDS(n_blocks);
	struct hak_slab *s = take_descriptor(n_words);
	struct hak_slices slices;

	if (s == NULL)
		return NULL;
	if (!(is_dense(size) ? hak_superslab_take_dense(n_slices, &slices) :
		hak_superslab_take(n_slices, HAK_SLICE_SIZE, &slices))) {
		s->n_words = (uint16_t)n_words;
		give_descriptor(s);
		return NULL;
	}
	HAK_NOTE_WRITE(s, bits_off(n_words) + n_words * sizeof(uint64_t));
	s->span = (struct hak_span){ .kind = HAK_KIND_SLAB, .sc = (uint8_t)sc, .n_slices = n_slices,
		.base = slices.base, .superslab = slices.superslab, .size = size };
	s->block_size = (uint32_t)size;
	s->inverse = (((uint64_t)1 << HAK_INVERSE_SHIFT) + size - 1) / size;
	s->n_blocks = (uint16_t)n_blocks;
	s->n_words = (uint16_t)n_words;
	s->bits = (uint64_t *)((char *)s + bits_off(n_words));
	fill_free(s);

	hak_store_relaxed(&s->pending_sc, sc);
	hak_store_ordered(&s->owner, h);
	/* B3: a late announcement found nobody to go to: take it over. Ordered: pairs with
	 * hak_remote_announce_any(). */
	if (hak_load_ordered(&s->is_pending))
		hak_remote_forward_any(&hak_heap_none);

	hak_list_put_first(&h->bin[sc].open, &s->link);
	h->bin[sc].n_empty++;
	count_slab_own(h, s, 1);
	h->n_slabs++;
	hak_registry_put(slices.base, n_slices, &s->span);
	hak_registry_set_words(slices.base, n_slices, 0, h->tag, sc);
	HAK_AUDIT(audit_own(h, s));
	return s;
}

static void forget_holes(struct hak_slab *s)
{
	if (HAK_UNLIKELY(s->kept > 0))
		hak_superslab_keep_holes(s->span.superslab, s->kept, 0);
	s->kept = 0;
}

void hak_slab_release_own(struct hak_heap *h, struct hak_slab *s)
{
	unsigned sc = s->span.sc;

	HAK_ASSERT(s->n_free == s->n_blocks);
	hak_registry_set_words(s->span.base, s->span.n_slices, h->tag, 0, sc);
	hak_registry_drop(s->span.base, s->span.n_slices);
	hak_list_remove(&s->link);
	h->bin[sc].n_empty--;
	count_slab_own(h, s, -1);
	h->n_slabs--;
	hak_store_ordered(&s->owner, &hak_heap_none);
	/* Announced to us after its last block came home: whoever makes it anew looks for it at nobody's. */
	if (hak_load_ordered(&s->is_pending))
		hak_remote_forward_any(h);
	forget_holes(s);
	hak_superslab_give(s->span.superslab, s->span.base, s->span.n_slices);
	give_descriptor(s);
}

/* Who takes a batch is about to write to its blocks, which may lie in another processor's cache. */
static inline void *fetched(char *p)
{
	__builtin_prefetch(p, 1);
	return p;
}

unsigned hak_slab_take_own(struct hak_heap *h, struct hak_slab *s, void **out, unsigned n)
{
	struct hak_bin *bin = &h->bin[s->span.sc];
	size_t size = s->block_size;
	unsigned w = s->first_word;
	unsigned left;

	if (s->n_free == s->n_blocks)
		bin->n_empty--;
	if (s->news == HAK_NEWS_AGED)
		s->news = HAK_NEWS_FRESH;
	if (n > s->n_free)
		n = s->n_free;
	left = n;
	while (left > 0) {
		uint64_t free = s->bits[w];
		char *base = s->span.base + (size_t)w * HAK_WORD_BITS * size;

		if (free == ~(uint64_t)0 && left >= HAK_WORD_BITS) {
			for (char *p = base; p < base + HAK_WORD_BITS * size; p += size)
				out[--left] = fetched(p);
			free = 0;
		}
		while (free != 0 && left > 0) {
			out[--left] = fetched(base + hak_bits_low(free) * size);
			free &= free - 1;
		}
		hak_own_set(&s->bits[w], free);
		if (free == 0)
			w++;
	}
	s->first_word = w;
	s->n_free -= n;
	if (s->n_free == 0) {
		forget_holes(s);
		hak_list_remove(&s->link);
		hak_list_put_first(&bin->full, &s->link);
	}
	HAK_AUDIT(audit_own(h, s));
	return n;
}

bool hak_slab_put_own(struct hak_heap *h, struct hak_slab *s, unsigned w, uint64_t bits, unsigned n)
{
	HAK_ASSERT((s->bits[w] & bits) == 0);
	hak_own_set(&s->bits[w], s->bits[w] | bits);
	return hak_slab_count_put_own(h, s, w, n);
}

bool hak_slab_turn_own(struct hak_heap *h, struct hak_slab *s, bool was_full)
{
	struct hak_bin *bin = &h->bin[s->span.sc];

	if (was_full) {
		hak_list_remove(&s->link);
		hak_list_put_first(&bin->open, &s->link);
	}
	HAK_AUDIT(audit_own(h, s));
	if (s->n_free < s->n_blocks || ++bin->n_empty <= 1)
		return true;
	hak_slab_release_own(h, s);
	return false;
}

void hak_slab_take_range_own(struct hak_heap *h, struct hak_slab *s, unsigned first, unsigned n)
{
	HAK_ASSERT(n <= s->n_free && hak_bits_are(s->bits, first, n, true));
	if (s->n_free == s->n_blocks)
		h->bin[s->span.sc].n_empty--;
	s->n_free -= n;
	if (s->n_free == 0) {
		hak_list_remove(&s->link);
		hak_list_put_first(&h->bin[s->span.sc].full, &s->link);
	}
	hak_own_add(&h->bin[s->span.sc].n_taken, n);
	while (n > 0) {
		unsigned at = first % HAK_WORD_BITS;
		unsigned k = n < HAK_WORD_BITS - at ? n : HAK_WORD_BITS - at;
		uint64_t *word = &s->bits[first / HAK_WORD_BITS];

		hak_own_set(word, *word & ~hak_bits_mask(at, k));
		first += k;
		n -= k;
	}
	HAK_AUDIT(audit_own(h, s));
}

void hak_slab_put_range_own(struct hak_heap *h, struct hak_slab *s, unsigned first, unsigned n)
{
	uint16_t news = s->news;
	bool is_there = true;

	hak_own_add(&h->bin[s->span.sc].n_given, n);
	while (n > 0 && is_there) {
		unsigned at = first % HAK_WORD_BITS;
		unsigned k = n < HAK_WORD_BITS - at ? n : HAK_WORD_BITS - at;

		is_there = hak_slab_put_own(h, s, first / HAK_WORD_BITS, hak_bits_mask(at, k), k);
		first += k;
		n -= k;
	}
	if (is_there)
		s->news = news;
}

void hak_slab_move_own(struct hak_heap *from, struct hak_heap *to, struct hak_slab *s)
{
	unsigned sc = s->span.sc;

	hak_list_remove(&s->link);
	hak_list_put_last(s->n_free > 0 ? &to->bin[sc].open : &to->bin[sc].full, &s->link);
	if (s->n_free == s->n_blocks) {
		from->bin[sc].n_empty--;
		to->bin[sc].n_empty++;
	}
	count_slab_own(from, s, -1);
	count_slab_own(to, s, 1);
	from->n_slabs--;
	to->n_slabs++;
	/* Ordered: see hak_remote_announce_any(). */
	hak_store_ordered(&s->owner, to);
	hak_registry_set_words(s->span.base, s->span.n_slices, from->tag, to->tag, sc);
	HAK_AUDIT(audit_own(to, s));
}

void hak_slab_release_class_empty_own(struct hak_heap *h, unsigned sc)
{
	struct hak_bin *bin = &h->bin[sc];
	struct hak_link *l, *next;

	for (l = bin->open.next; bin->n_empty > 0; l = next) {
		struct hak_slab *s = of_link(l);

		next = l->next;
		HAK_ASSERT(l != &bin->open); /* n_empty counts slabs that are there */
		if (s->n_free == s->n_blocks)
			hak_slab_release_own(h, s);
	}
}

void hak_slab_release_empty_own(struct hak_heap *h)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		hak_slab_release_class_empty_own(h, sc);
}

size_t hak_slab_check_own(const struct hak_heap *h, struct hak_slab *s, bool is_open)
{
	unsigned n_free = 0;
	bool is_sound;

	for (unsigned w = 0; w < s->n_words; w++)
		n_free += hak_bits_count(s->bits[w]);
	is_sound = n_free == s->n_free && is_open == (n_free > 0) && hak_load_relaxed(&s->owner) == h &&
		hak_registry_find(s->span.base) == &s->span;
	for (unsigned w = 0; w < s->n_words; w++)
		is_sound = is_sound && (s->bits[w] & hak_load_relaxed(hak_slab_remote(s) + w)) == 0 &&
			(s->bits[w] == 0 || w >= s->first_word);
	if (!is_sound) {
		struct hak_text t;

		hak_text_open(&t, 2);
		hak_text_add(&t, "hakmem: check: the slab at ");
		hak_text_add_hex(&t, (uintptr_t)s->span.base);
		hak_text_add(&t, " does not match its bitmap\n");
		hak_text_close(&t);
	}
	return is_sound ? 0 : 1;
}
