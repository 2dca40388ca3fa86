/* SPDX-License-Identifier: MIT */
/* A slab's blocks, taken and put at random, against a shadow: each is handed out once, the counts are exact, the
 * slab is in the right list, and an empty one too many goes. */
#include "heaps.h"

static bool is_out[HAK_SLICE_SIZE / HAK_ALIGNMENT];
static void *blocks[HAK_SLICE_SIZE / HAK_ALIGNMENT];

static unsigned idx_of(const struct hak_slab *s, const void *p)
{
	unsigned idx = hak_slab_idx_of(s, p);

	CHECK(hak_slab_has_block(s, p, idx));
	return idx;
}

static void check_shadow(struct hak_heap *h, struct hak_slab *s, unsigned n_out)
{
	struct hak_link *first =
		n_out < s->n_blocks ? h->bin[s->span.sc].open.next : h->bin[s->span.sc].full.next;

	CHECK(s->n_free == s->n_blocks - n_out && first == &s->link);
	CHECK(hak_slab_check_own(h, s, n_out < s->n_blocks) == 0);
	CHECK(h->bin[s->span.sc].n_empty == (n_out == 0));
}

static void check_class(struct hak_heap *h, unsigned sc, uint64_t *state)
{
	struct hak_slab *s = hak_slab_make_own(h, sc);
	unsigned n_out = 0;

	CHECK(s != NULL && s->span.sc == sc && hak_registry_find(s->span.base) == &s->span);
	CHECK(hak_registry_class_hit(s->span.base, h->tag) == sc);
	for (unsigned round = 0; round < 300; round++) {
		check_shadow(h, s, n_out);
		if (rnd(state) & 1 && n_out < s->n_blocks) {
			unsigned wanted = (unsigned)rnd_size(state, s->n_blocks);
			unsigned n = hak_slab_take_own(h, s, blocks, wanted);

			CHECK(n == (wanted < s->n_blocks - n_out ? wanted : s->n_blocks - n_out));
			for (unsigned i = 0; i < n; i++) {
				unsigned idx = idx_of(s, blocks[i]);

				CHECK(!is_out[idx] && !hak_slab_is_free_any(s, idx));
				CHECK(i == 0 || (char *)blocks[i] < (char *)blocks[i - 1]);
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
			CHECK(hak_slab_put_own(h, s, idx / HAK_WORD_BITS, (uint64_t)1 << idx % HAK_WORD_BITS,
					       1));
			CHECK(hak_slab_is_free_any(s, idx));
		}
	}
	for (unsigned idx = 0; idx < s->n_blocks; idx++) {
		if (is_out[idx])
			CHECK(hak_slab_put_own(h, s, idx / HAK_WORD_BITS, (uint64_t)1 << idx % HAK_WORD_BITS,
					       1));
		is_out[idx] = false;
	}
	check_shadow(h, s, 0);
}

static void check_second_empty(struct hak_heap *h, unsigned sc)
{
	struct hak_slab *s = hak_slab_make_own(h, sc);
	char *base;
	void *p;

	CHECK(s != NULL && h->bin[sc].n_empty == 2);
	base = s->span.base;
	CHECK(hak_slab_take_own(h, s, &p, 1) == 1 && h->bin[sc].n_empty == 1);
	CHECK(!hak_slab_put_own(h, s, idx_of(s, p) / HAK_WORD_BITS,
				(uint64_t)1 << idx_of(s, p) % HAK_WORD_BITS, 1));
	CHECK(h->bin[sc].n_empty == 1 && h->bin[sc].n_slabs == 1);
	CHECK(hak_registry_find(base) == NULL && hak_registry_class_hit(base, h->tag) >= HAK_N_CLASSES);
}

int main(void)
{
	struct hak_heap *h = make_heap(), *other = make_heap();
	uint64_t state = 1;

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		struct hak_slab *s;

		check_class(h, sc, &state);
		check_second_empty(h, sc);
		/* Handed over: the other heap's in every respect. */
		s = HAK_MEMBER(h->bin[sc].open.next, struct hak_slab, link);
		hak_slab_move_own(h, other, s);
		CHECK(hak_slab_check_own(other, s, true) == 0 && h->bin[sc].n_empty == 0 &&
		      other->bin[sc].n_empty == 1);
		CHECK(hak_registry_class_hit(s->span.base, other->tag) == sc);
		CHECK(hak_registry_class_hit(s->span.base, h->tag) >= HAK_N_CLASSES);
		CHECK(h->bin[sc].n_slabs == 0 && other->bin[sc].n_slabs == 1);
	}
	settle();
	check_all_home();
	return 0;
}
