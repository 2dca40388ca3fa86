/* SPDX-License-Identifier: MIT */
/* A slab's blocks, taken and put at random, against a shadow: each is handed out once, the counts are exact, the
 * slab is in the right list, and an empty one too many goes. */
#include "caches.h"
#include "tiny/hole.h"

static bool is_out[HAK_SLICE_SIZE / HAK_ALIGNMENT];
static struct hak_slot slots[HAK_SLICE_SIZE / HAK_ALIGNMENT];
static struct hak_after after;

static unsigned idx_of(const struct hak_slab *s, struct hak_slot slot)
{
	size_t idx = hak_slab_block_idx(s, slot.block);

	CHECK(idx < s->n_blocks && slot.live == &s->live[idx] && *slot.live == 0);
	return (unsigned)idx;
}

static void put(struct hak_heap *h, struct hak_slab *s, unsigned idx)
{
	CHECK(!hak_bit_is_set(s->bits, idx));
	hak_slab_put_locked(h, s, idx / HAK_WORD_BITS, (uint64_t)1 << idx % HAK_WORD_BITS, &after);
	CHECK(hak_bit_is_set(s->bits, idx) && s->news == (after.gone == s ? HAK_NEWS_NONE : HAK_NEWS_FRESH));
}

static void check_shadow(struct hak_heap *h, struct hak_slab *s, unsigned n_out)
{
	struct hak_bin *bin = &h->bin[s->span.sc];
	struct hak_link *first = n_out < s->n_blocks ? bin->open.next : bin->full.next;

	CHECK(s->n_free == s->n_blocks - n_out && first == &s->link);
	CHECK(hak_slab_check_locked(h, s, n_out < s->n_blocks) == 0);
	CHECK(bin->n_empty == (n_out == 0) && bin->n_slabs == 1 && after.gone == NULL && after.twice == NULL);
	check_news(h);
}

/* A hole for purging: nobody else can have it meanwhile. */
static void check_range(struct hak_heap *h, struct hak_slab *s, unsigned n_out, uint64_t *state)
{
	unsigned first = hak_bits_find(s->bits, s->n_blocks, (unsigned)(rnd(state) % s->n_blocks), true);
	unsigned end = hak_bits_find(s->bits, s->n_blocks, first, false), n = end - first;

	if (n == 0)
		return;
	hak_slab_take_range_locked(h, s, first, n);
	CHECK(s->n_free == s->n_blocks - n_out - n && hak_bits_are(s->bits, first, n, false));
	CHECK(hak_slab_check_locked(h, s, s->n_free > 0) == 0 && h->bin[s->span.sc].n_empty == 0);
	hak_slab_put_range_locked(h, s, first, n, &after);
	CHECK(hak_bits_are(s->bits, first, n, true));
}

static void check_class(struct hak_heap *h, unsigned sc, uint64_t *state)
{
	struct hak_slab *s = make_slab(h, sc);
	unsigned n_out = 0;

	CHECK(s->span.sc == sc && hak_registry_find(s->span.base) == &s->span && s->news == HAK_NEWS_NONE);
	CHECK(hak_registry_class_hit(hak_registry_front_of(s->span.base), s->span.base, h->tag) == sc);
	hak_heap_lock(h);
	for (unsigned round = 0; round < 300; round++) {
		check_shadow(h, s, n_out);
		check_range(h, s, n_out, state);
		if (rnd(state) & 1 && n_out < s->n_blocks) {
			unsigned wanted = (unsigned)rnd_size(state, s->n_blocks);
			unsigned n = hak_slab_take_locked(h, s, slots, wanted);

			CHECK(n == (wanted < s->n_blocks - n_out ? wanted : s->n_blocks - n_out));
			for (unsigned i = 0; i < n; i++) {
				unsigned idx = idx_of(s, slots[i]);

				CHECK(!is_out[idx] && !hak_bit_is_set(s->bits, idx));
				CHECK(i == 0 || (char *)slots[i].block < (char *)slots[i - 1].block);
				is_out[idx] = true;
			}
			n_out += n;
			continue;
		}
		for (unsigned n = (unsigned)rnd_size(state, s->n_blocks); n > 0 && n_out > 0; n--) {
			unsigned idx = (unsigned)(rnd(state) % s->n_blocks);

			if (!is_out[idx])
				continue;
			is_out[idx] = false;
			n_out--;
			put(h, s, idx);
		}
	}
	for (unsigned idx = 0; idx < s->n_blocks; idx++) {
		if (is_out[idx])
			put(h, s, idx);
		is_out[idx] = false;
	}
	check_shadow(h, s, 0);
	hak_heap_unlock(h);
}

/* A block that is free already is noted, and changes nothing. */
static void check_twice(struct hak_heap *h, unsigned sc)
{
	struct hak_slab *s = HAK_MEMBER(h->bin[sc].open.next, struct hak_slab, link);

	hak_heap_lock(h);
	CHECK(hak_slab_take_locked(h, s, slots, 1) == 1);
	put(h, s, idx_of(s, slots[0]));
	hak_slab_put_locked(h, s, 0, 1, &after);
	CHECK(after.twice == s->span.base && after.twice_size == s->span.size);
	after.twice = NULL;
	check_shadow(h, s, 0);
	hak_heap_unlock(h);
}

static void make_slab_locked(struct hak_heap *h, unsigned sc)
{
	struct hak_slab *s = hak_slab_make_any(h, sc);

	CHECK(s != NULL);
	hak_slab_list_locked(h, s);
}

static void check_second_empty(struct hak_heap *h, unsigned sc)
{
	struct hak_slab *s = make_slab(h, sc);
	struct hak_bin *bin = &h->bin[sc];
	char *base = s->span.base;

	CHECK(bin->n_empty == 2);
	hak_heap_lock(h);
	CHECK(hak_slab_take_locked(h, s, slots, 1) == 1 && bin->n_empty == 1);
	put(h, s, idx_of(s, slots[0]));
	/* Of one block each, several are kept as long as slack allows, and none that rests. */
	if (hak_class_is_single(sc)) {
		CHECK(after.gone == NULL && bin->n_empty == 2 && bin->n_rest == 0);
		hak_slab_drop_rested_locked(h, sc, &after);
		CHECK(after.gone == NULL && bin->n_empty == 2 && bin->n_rest == 2);
		CHECK(hak_slab_take_locked(h, s, slots, 1) == 1 && bin->n_rest == 1 && *slots[0].live == 0);
		put(h, s, 0);
		CHECK(*slots[0].live == HAK_LIVE_HOME);
		hak_slab_drop_rested_locked(h, sc, &after);
		CHECK(after.gone != s && after.gone != NULL && bin->n_empty == 1);
		hak_slab_finish(&after);
		make_slab_locked(h, sc);
		hak_slab_drop_empty_locked(h, sc, &after);
		CHECK(bin->n_empty == 0 && h->n_single_bytes == 0);
		hak_heap_unlock(h);
		hak_slab_finish(&after);
		return;
	}
	CHECK(after.gone == s && bin->n_empty == 1 && bin->n_slabs == 1 && s->news == HAK_NEWS_NONE);
	CHECK(s->owner == &hak_heap_none && after.heap == h);
	hak_heap_unlock(h);
	/* On its way, it is no heap's: nobody puts it into news. */
	s->kept = 4096;
	hak_hole_tell_kept();
	check_news(h);
	CHECK(s->news == HAK_NEWS_NONE);
	s->kept = 0;
	hak_slab_finish(&after);
	CHECK(after.gone == NULL && s->owner == &hak_heap_none);
	CHECK(hak_registry_find(base)->kind == HAK_KIND_NONE);
	CHECK(hak_registry_class_hit(hak_registry_front_of(base), base, h->tag) >= HAK_N_CLASSES);

	hak_heap_lock(h);
	hak_slab_drop_empty_locked(h, sc, &after);
	hak_heap_unlock(h);
	CHECK(bin->n_empty == 0 && bin->n_slabs == 0);
	hak_slab_finish(&after);
}

int main(void)
{
	struct hak_heap *h = make_heap();
	uint64_t state = 1;

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		check_class(h, sc, &state);
		check_twice(h, sc);
		check_second_empty(h, sc);
	}
	settle();
	check_all_home();
	return 0;
}
