/* SPDX-License-Identifier: MIT */
#include "base/atomic.h"
#include "os/page.h"
#include "region/slices.h"

#define N_WORDS HAK_SLICES_WORDS

/* Rows of undumped slices, each of which splits a mapping in three. */
static unsigned count_cuts_locked(const struct hak_superslab *s)
{
	unsigned n = 0;

	for (unsigned i = 0; i < N_WORDS; i++) {
		uint64_t before = s->undumped[i] << 1 | (i > 0 ? s->undumped[i - 1] >> (HAK_WORD_BITS - 1) : 0);

		n += hak_bits_count(s->undumped[i] & ~before);
	}
	return n;
}

static void set_undumped_locked(struct hak_superslab *s, unsigned first, unsigned n, bool value)
{
	unsigned n_before = count_cuts_locked(s);

	hak_bits_fill(s->undumped, first, n, value);
	hak_os_count_mappings(2 * (int)(count_cuts_locked(s) - n_before));
	s->n_undumped = 0;
	for (unsigned i = 0; i < N_WORDS; i++)
		s->n_undumped += hak_bits_count(s->undumped[i]);
}

void hak_slices_revive_locked(struct hak_superslab *s, unsigned first, unsigned n, struct hak_slices_revival *out)
{
	unsigned end = first + n;

	out->base = NULL;
	if (s->n_undumped == 0 || hak_bits_are(s->undumped, first, n, false))
		return;
	while (first > 0 && hak_bit_is_set(s->undumped, first - 1))
		first--;
	end = hak_bits_find(s->undumped, s->n_slices, end, false);
	set_undumped_locked(s, first, end - first, false);
	out->base = s->base + first * HAK_SLICE_SIZE;
	out->size = (end - first) * HAK_SLICE_SIZE;
}

void hak_slices_revive(const struct hak_slices_revival *r)
{
	if (r->base != NULL)
		hak_os_set_dump(r->base, r->size, true);
}

/* Finds a longest row of free slices without a dirty one that is worth a mapping of its own and not all undumped yet.
 * Puts it into undumped, and pins its superslab. */
static bool claim_undumped_locked(struct hak_superslab *s, unsigned *first, unsigned *n)
{
	uint64_t busy[N_WORDS];
	unsigned from, end, next;

	if (s->n_slices - s->n_used - s->n_dirty == s->n_undumped)
		return false;
	for (unsigned i = 0; i < N_WORDS; i++)
		busy[i] = s->used[i] | s->dirty[i];
	for (from = 0; from < s->n_slices; from = next) {
		from = hak_bits_find(busy, s->n_slices, from, false);
		next = end = hak_bits_find(busy, s->n_slices, from, true);
		if (hak_slices_is_huge(s)) { /* the end of a mapping inside a huge page would break it */
			from = (unsigned)hak_round_up(from, HAK_HUGE_SLICES);
			end = (unsigned)hak_round_down(end, HAK_HUGE_SLICES);
		}
		if (end < from + HAK_UNDUMPED_LEAST || hak_bits_are(s->undumped, from, end - from, true))
			continue;
		set_undumped_locked(s, from, end - from, true);
		s->n_pins++;
		*first = from;
		*n = end - from;
		return true;
	}
	return false;
}

/* Whoever takes some of these slices meanwhile clears their bits, and may ask for them to be dumped before we ask for
 * the opposite. We check afterwards, and undo it. */
static void undump_superslab(struct hak_superslab *s)
{
	while (hak_os_can_split()) {
		unsigned first, n;
		char *base;
		bool is_done, is_intact;

		hak_slices_lock();
		is_done = !claim_undumped_locked(s, &first, &n);
		hak_slices_unlock();
		if (is_done)
			return;
		base = s->base + first * HAK_SLICE_SIZE;
		is_done = hak_os_set_dump(base, n * HAK_SLICE_SIZE, false);
		hak_slices_lock();
		is_intact = is_done && hak_bits_are(s->undumped, first, n, true);
		if (!is_intact)
			set_undumped_locked(s, first, n, false);
		hak_slices_unlock();
		if (!is_intact)
			hak_os_set_dump(base, n * HAK_SLICE_SIZE, true);
		hak_slices_lock();
		s->n_pins--;
		hak_slices_unlock();
		if (!is_done)
			return;
	}
}

void hak_slices_undump(void)
{
	for (struct hak_superslab *s = hak_slices_first(); s != NULL && hak_os_can_split(); s = s->next)
		undump_superslab(s);
}

void hak_slices_forget_undumped_locked(struct hak_superslab *s)
{
	set_undumped_locked(s, 0, s->n_slices, false);
}
