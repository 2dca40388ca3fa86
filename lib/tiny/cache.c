/* SPDX-License-Identifier: MIT */
#include "tiny/cache.h"

#include <string.h>

#include "conf/options.h"
#include "conf/report.h"
#include "os/call.h"
#include "region/meta.h"
#include "tiny/remote.h"

#define FLUSH_BATCH 64 /* blocks that a purger takes from a cache at a time */
#define N_AHEAD 32 /* blocks whose slabs a flush fetches together */

__thread struct hak_heap *hak_heap_mine __attribute__((tls_model("initial-exec"))) = &hak_heap_none;
struct hak_heap hak_heap_none;
struct hak_heap hak_heap_gone;

void hak_cache_init_own(struct hak_heap *h)
{
	for (unsigned i = 1; i < sizeof h->class_of; i++)
		h->class_of[i] = (uint8_t)hak_class_of(i);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		hak_list_init(&h->bin[sc].open);
		hak_list_init(&h->bin[sc].full);
	}
}

size_t hak_cache_count_any(const struct hak_heap *h, unsigned sc)
{
	void **top = hak_load_relaxed(&h->top[sc]);
	void **base = hak_load_relaxed(&h->base[sc]);

	/* Another thread can catch the owner between two arrays. */
	return top > base && top - base <= HAK_CACHE_MOST ? (size_t)(top - base) : 0;
}

void hak_cache_know_thread_own(struct hak_heap *h)
{
	long tid = hak_call(SYS_gettid);

	hak_own_set(&h->tid, tid > 0 ? (uint32_t)tid : 0);
}

static void **array_of(const struct hak_heap *h, unsigned sc)
{
	return h->bin[sc].n_slots > 0 ? h->limit[sc] - h->bin[sc].n_slots : NULL;
}

/* No block of class sc is popped any more. Returns how many there are above what was base: a signal handler may have
 * popped some just before. */
static size_t hide_own(struct hak_heap *h, unsigned sc)
{
	void **base = h->base[sc], **top;

	hak_own_set(&h->base[sc], h->top[sc]);
	top = hak_load_relaxed(&h->top[sc]);
	return top > base ? (size_t)(top - base) : 0;
}

/* Moves what is cached down to the array's first slots, if a purger has emptied them (H5). */
static void settle_own(struct hak_heap *h, unsigned sc)
{
	void **array = array_of(h, sc), **cached = h->base[sc];
	size_t n;

	if (HAK_LIKELY(cached == array))
		return;
	n = hide_own(h, sc);
	memmove(array, cached, n * sizeof *array);
	hak_own_set(&h->top[sc], array + n);
	hak_own_set(&h->base[sc], array);
}

static unsigned cap_of(const struct hak_heap *h, unsigned sc)
{
	unsigned cap = hak_class_cap(sc) + h->bin[sc].n_more;

	hak_options_ensure();
	if (cap > hak_options.cache_cap)
		cap = (unsigned)hak_options.cache_cap;
	return hak_load_relaxed(&hak_options.diet) && cap > HAK_CACHE_DIET ? HAK_CACHE_DIET : cap;
}

/* Bytes of an array of n slots. Those beyond the class's cap come in few sizes, for others to use them again. */
static size_t array_size(unsigned sc, unsigned n)
{
	size_t size = (n + 1) * sizeof(void *);

	return n > hak_class_cap(sc) ? (size_t)2 << hak_bits_high(size - 1) : size;
}

/* Gives class sc's cache an array of n slots, with the blocks it has; n is at least their number. */
static bool resize_own(struct hak_heap *h, unsigned sc, unsigned n)
{
	struct hak_bin *bin = &h->bin[sc];
	void **old = array_of(h, sc), **cached = h->base[sc];
	size_t n_cached = 0;
	void **array = NULL;

	if (n > 0) {
		array = hak_meta_take(array_size(sc, n));
		if (array == NULL)
			return false;
		array++; /* H4 */
		n_cached = hide_own(h, sc);
		if (n_cached > 0)
			memmove(array, cached, n_cached * sizeof *array);
	}
	hak_own_set(&h->top[sc], n > 0 ? array + n_cached : NULL);
	hak_own_set(&h->base[sc], array);
	hak_own_set(&h->limit[sc], n > 0 ? array + n : NULL);
	if (bin->n_slots > 0)
		hak_meta_give(old - 1, array_size(sc, bin->n_slots));
	bin->n_slots = n;
	return true;
}

/* Twice the slots, up to the class's cap; fewer when the cap has fallen and nothing is cached. */
static bool grow_own(struct hak_heap *h, unsigned sc)
{
	unsigned cap = cap_of(h, sc);
	unsigned n = h->bin[sc].n_slots > 0 ? 2 * h->bin[sc].n_slots : HAK_CACHE_FIRST;

	if (n > cap)
		n = cap;
	if (n < h->bin[sc].n_slots)
		return h->top[sc] == h->base[sc] && resize_own(h, sc, n);
	return n > h->bin[sc].n_slots && resize_own(h, sc, n);
}

/* The cache overflows. A program that frees many blocks in a row, then takes as many, and so on, sends those that find no
 * room to their slabs and back each time. Where that came twice, and a larger cache can hold all that swings, it gets
 * the slots. */
static void note_swing_own(struct hak_heap *h, unsigned sc)
{
	struct hak_bin *bin = &h->bin[sc];
	uint32_t n_swung = bin->n_over < bin->n_back ? bin->n_over : bin->n_back;
	size_t n_more = (size_t)bin->n_over + bin->n_over / 4;
	size_t n_bytes = n_more * (hak_class_size(sc) + sizeof(void *));
	bool is_worth_it = n_swung >= HAK_SWING_LEAST && bin->n_slots == hak_class_cap(sc) + bin->n_more &&
		h->swing_bytes + n_bytes <= HAK_SWING_BYTES;

	if (bin->n_back == 0)
		return; /* the frees go on */
	bin->n_over = 0;
	bin->n_back = 0;
	bin->n_swings = is_worth_it ? bin->n_swings + 1 : 0;
	if (bin->n_swings < 2)
		return;
	bin->n_swings = 0;
	bin->n_more += (uint32_t)n_more;
	h->swing_bytes += n_bytes;
}

static void end_swings_own(struct hak_heap *h, unsigned sc)
{
	struct hak_bin *bin = &h->bin[sc];

	h->swing_bytes -= bin->n_more * (hak_class_size(sc) + sizeof(void *));
	bin->n_more = 0;
	bin->n_swings = 0;
}

static void *pop_own(struct hak_heap *h, unsigned sc)
{
	hak_own_set(&h->top[sc], h->top[sc] - 1);
	return *h->top[sc];
}

/* Takes up to n blocks from open slabs, of which there is one, to out; from a second empty one none: it may go. */
static unsigned take_own(struct hak_heap *h, unsigned sc, void **out, unsigned n)
{
	struct hak_bin *bin = &h->bin[sc];
	unsigned n_taken = 0;

	do {
		struct hak_slab *s = HAK_MEMBER(bin->open.next, struct hak_slab, link);

		if (n_taken > 0 && s->n_free == s->n_blocks)
			break;
		n_taken += hak_slab_take_own(h, s, out + n_taken, n - n_taken);
	} while (n_taken < n && !hak_list_is_empty(&bin->open));
	hak_own_add(&bin->n_taken, n_taken);
	bin->n_back += n_taken;
	return n_taken;
}

void *hak_cache_refill_own(struct hak_heap *h, unsigned sc)
{
	struct hak_bin *bin = &h->bin[sc];
	unsigned n;
	void *p;

	if (h->top[sc] != h->base[sc])
		return pop_own(h, sc);
	settle_own(h, sc);
	hak_remote_collect_class_own(h, sc);
	if (hak_list_is_empty(&bin->open))
		return NULL;
	hak_own_add(&h->n_refills, 1);
	grow_own(h, sc);
	if (HAK_UNLIKELY(h->tid == 0) && bin->n_slots * hak_class_size(sc) > HAK_SLEEP_LEAST)
		hak_cache_know_thread_own(h);
	if (bin->n_slots == 0) {
		take_own(h, sc, &p, 1);
		return p;
	}
	/* Slots beyond those are for frees in a row, not for taking in stock. */
	n = hak_class_batch(sc);
	if (n > (bin->n_slots + 1) / 2)
		n = (bin->n_slots + 1) / 2;
	n = take_own(h, sc, h->base[sc], n);
	hak_own_set(&h->top[sc], h->base[sc] + n);
	return pop_own(h, sc);
}

/* Is it a slab that blocks of class sc of this heap go back to (C1)? */
static bool is_home(const struct hak_heap *h, unsigned sc, const struct hak_slab *s)
{
	return s != NULL && s->span.kind == HAK_KIND_SLAB && s->span.sc == sc && hak_load_relaxed(&s->owner) == h;
}

static void HAK_COLD report(unsigned sc, const struct hak_slab *s, const void *p)
{
	enum hak_verdict verdict = HAK_DOUBLE_FREE;

	if (s != NULL && !hak_slab_has_block(s, p, hak_slab_idx_of(s, p)))
		verdict = (uintptr_t)p % HAK_ALIGNMENT == 0 ? HAK_INSIDE_BLOCK : HAK_MISALIGNED;
	hak_report_bad_free(verdict, "free", p, hak_class_size(sc), NULL);
}

/* Puts p back into its slab s. False after a verdict (C1). */
static bool put_own(struct hak_heap *h, struct hak_slab *s, void *p)
{
	uint64_t place = hak_slab_place(s->span.base, s->inverse, p);
	unsigned idx = (unsigned)(place >> HAK_INVERSE_SHIFT);
	uint64_t *word = &s->bits[idx / HAK_WORD_BITS];
	uint64_t bit = (uint64_t)1 << idx % HAK_WORD_BITS;

	if (HAK_UNLIKELY(!hak_slab_is_first(place, s->inverse) || idx >= s->n_blocks || (*word & bit) != 0)) {
		report(s->span.sc, s, p);
		return false;
	}
	hak_own_set(word, *word | bit);
	hak_slab_count_put_own(h, s, idx / HAK_WORD_BITS, 1);
	return true;
}

/* The same for all blocks up to the first of another slab, which there is. Returns how many these are. */
static unsigned HAK_NOINLINE put_run_own(struct hak_heap *h, struct hak_slab *s, void **blocks, struct hak_slab **slab,
	unsigned *n_given)
{
	/* Kept in registers: the compiler cannot know that the bits are not among them. A word of bits is, too: the next
	 * block's is often the same. */
	const uint64_t inverse = s->inverse;
	const uint64_t n_blocks = s->n_blocks;
	const char *const base = s->span.base;
	uint64_t w, bits;
	unsigned n_bad = 0;
	size_t i = 0;

	if (s->first_word >= s->n_words)
		s->first_word = 0;
	w = s->first_word;
	bits = s->bits[w];
	do {
		uint64_t place = hak_slab_place(base, inverse, blocks[i]);
		uint64_t idx = place >> HAK_INVERSE_SHIFT;

		if (HAK_UNLIKELY(!hak_slab_is_first(place, inverse) || idx >= n_blocks)) { /* C1 */
			report(s->span.sc, s, blocks[i]);
			n_bad++;
			continue;
		}
		if (idx / HAK_WORD_BITS != w) {
			hak_own_set(&s->bits[w], bits);
			w = idx / HAK_WORD_BITS;
			bits = s->bits[w];
			if (w < s->first_word)
				s->first_word = (uint32_t)w;
		}
		if (HAK_UNLIKELY((bits >> idx % HAK_WORD_BITS & 1) != 0)) { /* C1 */
			report(s->span.sc, s, blocks[i]);
			n_bad++;
		}
		bits |= (uint64_t)1 << idx % HAK_WORD_BITS;
	} while (slab[++i] == s);
	hak_own_set(&s->bits[w], bits);
	*n_given += (unsigned)i - n_bad;
	if (HAK_LIKELY(i > n_bad))
		hak_slab_count_put_own(h, s, s->first_word, (unsigned)i - n_bad);
	return (unsigned)i;
}

/* Finds the slabs of n blocks and fetches what of them is going to be needed. */
static void find_slabs(void **blocks, unsigned n, struct hak_slab **slab)
{
	struct hak_slab *s = NULL;
	uintptr_t slice = 0;

	for (unsigned i = 0; i < n; i++) {
		if ((uintptr_t)blocks[i] >> HAK_SLICE_SHIFT != slice) {
			slice = (uintptr_t)blocks[i] >> HAK_SLICE_SHIFT;
			s = (struct hak_slab *)hak_registry_find(blocks[i]);
			__builtin_prefetch(s);
			__builtin_prefetch((char *)s + offsetof(struct hak_slab, link), 1);
		}
		slab[i] = s;
	}
}

/* Puts n blocks back, whose slabs are known, with a NULL behind them. Returns how many of the blocks were sound. */
static unsigned put_all_own(struct hak_heap *h, unsigned sc, void **blocks, struct hak_slab **slab, unsigned n)
{
	unsigned n_given = 0, i = 0;

	while (i < n) {
		struct hak_slab *s = slab[i];

		/* Only a second free of a block can have emptied its slab, or let it become another's, under it. */
		if (HAK_UNLIKELY(!is_home(h, sc, s)))
			report(sc, NULL, blocks[i++]);
		else if (slab[i + 1] == s)
			i += put_run_own(h, s, blocks + i, slab + i, &n_given);
		else
			n_given += put_own(h, s, blocks[i++]);
	}
	return n_given;
}

static void give_own(struct hak_heap *h, unsigned sc, void **blocks, size_t n)
{
	struct hak_slab *slab[N_AHEAD + 1];
	unsigned n_given = 0;

	hak_own_add(&h->n_flushes, 1);
	while (n > 0) {
		unsigned k = n < N_AHEAD ? (unsigned)n : N_AHEAD;

		find_slabs(blocks, k, slab);
		slab[k] = NULL;
		n_given += put_all_own(h, sc, blocks, slab, k);
		blocks += k;
		n -= k;
	}
	hak_own_add(&h->bin[sc].n_given, n_given);
}

/* Gives n blocks of class sc, those cached for longest, back to their slabs. */
static void give_oldest_own(struct hak_heap *h, unsigned sc, size_t n)
{
	void **oldest = h->base[sc], **end = oldest + n, **top;

	hak_own_set(&h->base[sc], end);
	top = hak_load_relaxed(&h->top[sc]); /* a signal handler may have popped */
	give_own(h, sc, oldest, (size_t)((top < end ? top : end) - oldest));
	settle_own(h, sc);
}

/* In a full cache, by a larger array or a flush. False: no caches are wanted. */
static bool make_room_own(struct hak_heap *h, unsigned sc)
{
	struct hak_bin *bin = &h->bin[sc];
	bool is_over;
	size_t n;

	note_swing_own(h, sc);
	if (grow_own(h, sc))
		return true;
	/* The oldest half goes: they are the coldest. Less of a cache that has grown: it takes long. All of them when the
	 * cap has fallen. */
	is_over = bin->n_slots > cap_of(h, sc);
	n = is_over ? bin->n_slots : bin->n_more > 0 ? bin->n_slots / 8 : (bin->n_slots + 1) / 2;
	if (n > 0)
		give_oldest_own(h, sc, n);
	bin->n_over += (uint32_t)n;
	if (is_over)
		grow_own(h, sc);
	return bin->n_slots > 0;
}

void hak_cache_put_own(struct hak_heap *h, unsigned sc, void *p, const struct hak_caller *caller)
{
	if (HAK_UNLIKELY(h->bin[sc].n_slots > 0 && h->top[sc][-1] == p)) { /* cached, or taken from there by a purger */
		hak_report_bad_free(HAK_DOUBLE_FREE, caller->name, p, hak_class_size(sc), caller->site);
		return;
	}
	if (h->top[sc] == h->limit[sc])
		settle_own(h, sc);
	if (h->top[sc] == h->limit[sc] && !make_room_own(h, sc)) {
		give_own(h, sc, &p, 1);
		return;
	}
	*h->top[sc] = p;
	hak_own_set(&h->top[sc], h->top[sc] + 1);
}

/* Keeps n_most blocks, the newest, in an array of n_slots at most, and no more slots for swings. */
static void shrink_own(struct hak_heap *h, unsigned sc, size_t n_most, unsigned n_slots)
{
	size_t n;

	settle_own(h, sc);
	n = (size_t)(h->top[sc] - h->base[sc]);
	if (n > n_most)
		give_oldest_own(h, sc, n - n_most);
	end_swings_own(h, sc);
	if (h->bin[sc].n_slots > n_slots)
		resize_own(h, sc, n_slots);
}

void hak_cache_trim_own(struct hak_heap *h, size_t n_bytes)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		size_t n_most = n_bytes / hak_class_size(sc);
		unsigned cap = hak_class_cap(sc);

		shrink_own(h, sc, n_most < cap ? n_most : cap, cap);
	}
}

/* Who uses it next need not be as busy: what a refill brings beyond its use comes back here. */
static void flush_class_own(struct hak_heap *h, unsigned sc)
{
	shrink_own(h, sc, 0, HAK_CACHE_FIRST);
}

void hak_cache_flush_own(struct hak_heap *h)
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		flush_class_own(h, sc);
}

void hak_cache_sweep_own(struct hak_heap *h, unsigned growing)
{
	if (h->n_slabs < HAK_SWEEP_LEAST || h->n_slabs < h->n_slabs_most)
		return;
	h->n_slabs_most = h->n_slabs;
	for (unsigned i = 0; i < HAK_SWEEP_CLASSES; i++) {
		unsigned sc = (h->class_swept + 1U) % HAK_N_CLASSES;
		struct hak_bin *bin = &h->bin[sc];

		h->class_swept = (uint8_t)sc;
		if (bin->n_slabs == 0 || sc == growing)
			continue;
		hak_remote_collect_class_own(h, sc);
		if (bin->top_swept == h->top[sc]) {
			flush_class_own(h, sc);
			hak_slab_release_class_empty_own(h, sc);
		}
		bin->top_swept = h->top[sc];
	}
}

void hak_cache_raise_any(struct hak_heap *h, void **was[])
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		was[sc] = h->base[sc];
		hak_store_relaxed(&h->base[sc], hak_load_relaxed(&h->top[sc]));
	}
}

void hak_cache_lower_any(struct hak_heap *h, void **const was[])
{
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		hak_store_relaxed(&h->base[sc], was[sc]);
}

/* The thread's writes to its slots are older than its sleep, and no sanitizer knows of that. */
static void HAK_NO_TSAN copy_slots(void **to, void **from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[i];
}

size_t hak_cache_flush_raised_own(struct hak_heap *h, void **was[])
{
	void *blocks[FLUSH_BATCH];
	size_t n_all = 0;

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		size_t n;

		for (; (n = (size_t)(h->base[sc] - was[sc])) > 0; was[sc] += n) {
			if (n > FLUSH_BATCH)
				n = FLUSH_BATCH;
			copy_slots(blocks, was[sc], n);
			give_own(h, sc, blocks, n);
			n_all += n;
		}
	}
	return n_all;
}
