/* SPDX-License-Identifier: MIT */
#include "region/superslab.h"

#include <string.h>

#include "base/atomic.h"
#include "base/bits.h"
#include "base/text.h"
#include "conf/limits.h"
#include "conf/options.h"
#include "os/lock.h"
#include "os/page.h"
#include "region/huge.h"
#include "region/limit.h"
#include "region/meta.h"

#define N_WORDS HAK_N_WORDS(HAK_SUPERSLAB_SLICES)

struct hak_superslab {
	struct hak_link link;      /* lk:SUPERSLAB: in open or full (S2) */
	char *base;                /* const */
	uint32_t n_slices;         /* const */
	uint32_t era;              /* const (S3) */
	uint32_t n_used;           /* lk:SUPERSLAB */
	uint32_t n_dirty;          /* lk:SUPERSLAB */
	uint32_t run_limit;        /* lk:SUPERSLAB: no free run is longer */
	uint64_t used[N_WORDS];    /* lk:SUPERSLAB */
	uint64_t dirty[N_WORDS];   /* lk:SUPERSLAB */
	uint64_t aged[N_WORDS];    /* lk:SUPERSLAB: dirty since before the last step of decay */
	uint64_t lazy[N_WORDS];    /* lk:SUPERSLAB: dirty, and the kernel may take it when it needs memory */
	uint64_t undumped[N_WORDS]; /* lk:SUPERSLAB: left out of core dumps (S4) */
	uint32_t n_lazy;           /* lk:SUPERSLAB */
	uint32_t n_undumped;       /* lk:SUPERSLAB */
	uint32_t n_pins;           /* lk:SUPERSLAB: not to be unmapped */
	uint64_t dense[N_WORDS];   /* lk:SUPERSLAB (S5) */
	uint32_t n_dense;          /* lk:SUPERSLAB */
	uint32_t huge;             /* any: enum hak_huge */
	size_t kept;               /* lk:SUPERSLAB: bytes of holes in used slices that stay for huge pages' sake */
	struct hak_span record[HAK_SUPERSLAB_SLICES]; /* whoever took the slice */
};

static struct hak_lock lock = HAK_LOCK(HAK_RANK_SUPERSLAB);
static struct hak_link open = { &open, &open }; /* lk:SUPERSLAB: with free slices */
static struct hak_link full = { &full, &full }; /* lk:SUPERSLAB: without */
static uint32_t era;               /* lk:SUPERSLAB */
static size_t next_size = HAK_SUPERSLAB_FIRST < HAK_SUPERSLAB_SIZE ? HAK_SUPERSLAB_FIRST : HAK_SUPERSLAB_SIZE;
                                   /* lk:SUPERSLAB: bytes of the next superslab */
static uint64_t n_superslabs;      /* lk:SUPERSLAB */
static uint64_t n_slices_mapped;   /* lk:SUPERSLAB */
static uint64_t n_slices_used;     /* lk:SUPERSLAB */
static uint64_t n_slices_dirty;    /* lk:SUPERSLAB */
static uint64_t n_slices_lazy;     /* lk:SUPERSLAB */
static uint64_t n_slices_dense;    /* lk:SUPERSLAB */
static uint64_t n_slices_kept;     /* lk:SUPERSLAB: dirty ones that the last step left in huge pages */
static uint64_t ask_at;            /* lk:SUPERSLAB: as soon as so many slices are dense, ask_huge() has work */

/* Slices to put back into core dumps, once the lock is given. */
struct revival {
	char *base; /* NULL: none */
	size_t size;
};

static struct hak_superslab *of_link(struct hak_link *link)
{
	return HAK_MEMBER(link, struct hak_superslab, link);
}

static void take_lock(void)
{
	if (!hak_lock_take(&lock)) { /* S3 */
		hak_list_init(&open);
		hak_list_init(&full);
		era++;
	}
}

static size_t check_all_locked(void);

static void give_lock(void)
{
	HAK_AUDIT(HAK_REQUIRE(check_all_locked() == 0, "audit: a superslab's counts do not match its bitmaps"));
	hak_lock_give(&lock);
}

static bool is_huge(const struct hak_superslab *s)
{
	return hak_huge_is_asked(hak_load_relaxed(&s->huge));
}

/* S5: is s to be kept for dense slices? */
static bool is_reserved(const struct hak_superslab *s)
{
	return hak_load_relaxed(&s->huge) == HAK_HUGE_AUTO;
}

/* The first of n slices, all with the same bit in map, at an aligned address, or n_slices; *longest: the longest run
 * passed over. */
static unsigned find_run_locked(const struct hak_superslab *s, const uint64_t *map, bool bit, size_t n, size_t align,
	unsigned *longest)
{
	unsigned at = 0;

	*longest = 0;
	for (;;) {
		unsigned from = hak_bits_find(map, s->n_slices, at, bit);
		unsigned end = hak_bits_find(map, s->n_slices, from, !bit);
		char *aligned = (char *)hak_round_up((uintptr_t)s->base + from * HAK_SLICE_SIZE, align);
		size_t first = (size_t)(aligned - s->base) / HAK_SLICE_SIZE;

		if (from == s->n_slices)
			return s->n_slices;
		if (first < end && end - first >= n)
			return (unsigned)first;
		if (end - from > *longest)
			*longest = end - from;
		at = end;
	}
}

static void move_locked(struct hak_superslab *s)
{
	hak_list_remove(&s->link);
	if (s->n_used == s->n_slices)
		hak_list_put_first(&full, &s->link);
	else
		hak_list_put_first(&open, &s->link);
}

/* Runs of undumped slices, each of which cuts a mapping in three. */
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
	hak_os_count_cuts((int)(count_cuts_locked(s) - n_before));
	s->n_undumped = 0;
	for (unsigned i = 0; i < N_WORDS; i++)
		s->n_undumped += hak_bits_count(s->undumped[i]);
}

/* Takes the slices [first, first + n), and undumped ones next to them, out of undumped: one call for all that are
 * likely to be used soon, and it never cuts a mapping. */
static void revive_locked(struct hak_superslab *s, unsigned first, unsigned n, struct revival *out)
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

static void revive(const struct revival *r)
{
	if (r->base != NULL)
		hak_os_set_dump(r->base, r->size, true);
}

/* Which lines a change to n slices from first writes to. */
static void note_change(struct hak_superslab *s, unsigned first, unsigned n)
{
	size_t size = ((first % HAK_WORD_BITS + n - 1) / HAK_WORD_BITS + 1) * sizeof(uint64_t);

	HAK_NOTE_WRITE(&s->n_used, sizeof s->n_used);
	HAK_NOTE_WRITE(&s->used[first / HAK_WORD_BITS], size);
	HAK_NOTE_WRITE(&s->dirty[first / HAK_WORD_BITS], size);
	HAK_NOTE_WRITE(&s->aged[first / HAK_WORD_BITS], size);
	HAK_NOTE_WRITE(&n_slices_used, sizeof n_slices_used);
	(void)s;
	(void)size;
}

/* Marks free slices used. Returns whether all of them were clean. */
static bool use_locked(struct hak_superslab *s, unsigned first, unsigned n)
{
	bool is_clean = true;

	HAK_ASSERT(hak_bits_are(s->used, first, n, false));
	note_change(s, first, n);
	for (unsigned i = first; i < first + n; i++) {
		if (!hak_bit_is_set(s->dirty, i))
			continue;
		is_clean = false;
		s->n_dirty--;
		n_slices_dirty--;
		if (hak_bit_is_set(s->lazy, i)) {
			s->n_lazy--;
			n_slices_lazy--;
		}
	}
	hak_bits_fill(s->used, first, n, true);
	hak_bits_fill(s->dirty, first, n, false);
	hak_bits_fill(s->aged, first, n, false);
	hak_bits_fill(s->lazy, first, n, false);
	s->n_used += n;
	n_slices_used += n;
	if (s->n_used == s->n_slices)
		move_locked(s);
	return is_clean;
}

enum state { CLEAN, LAZY, DIRTY };

static void unuse_locked(struct hak_superslab *s, unsigned first, unsigned n, enum state state)
{
	bool was_full = s->n_used == s->n_slices;

	HAK_ASSERT(hak_bits_are(s->used, first, n, true));
	note_change(s, first, n);
	if (hak_bit_is_set(s->dense, first)) { /* what is given is all of a kind */
		HAK_ASSERT(hak_bits_are(s->dense, first, n, true));
		hak_bits_fill(s->dense, first, n, false);
		s->n_dense -= n;
		n_slices_dense -= n;
	}
	hak_bits_fill(s->used, first, n, false);
	s->n_used -= n;
	n_slices_used -= n;
	if (state != CLEAN) {
		hak_bits_fill(s->dirty, first, n, true);
		s->n_dirty += n;
		n_slices_dirty += n;
	}
	if (state == LAZY) {
		hak_bits_fill(s->lazy, first, n, true);
		s->n_lazy += n;
		n_slices_lazy += n;
	}
	s->run_limit = s->n_slices;
	if (was_full)
		move_locked(s);
}

/* Counts free slices that hold no memory yet as held. False: the limit. */
static bool charge_locked(const struct hak_superslab *s, unsigned first, unsigned n)
{
	unsigned n_clean = n;

	for (unsigned i = first; s->n_dirty > 0 && i < first + n; i++)
		n_clean -= hak_bit_is_set(s->dirty, i);
	return n_clean == 0 || hak_limit_take(n_clean * HAK_SLICE_SIZE);
}

/* What hak_superslab_take() and its like want. */
struct wish {
	size_t n, align;
	bool is_dense;
	bool is_anywhere; /* whatever S5 says */
};

static void fill_out_locked(struct hak_superslab *s, unsigned first, const struct wish *wish, struct hak_slices *out,
	struct revival *revival)
{
	unsigned n = (unsigned)wish->n;

	revive_locked(s, first, n, revival);
	out->superslab = s;
	out->base = s->base + first * HAK_SLICE_SIZE;
	out->n = n;
	out->record = &s->record[first];
	out->is_clean = use_locked(s, first, n);
	if (wish->is_dense) {
		hak_bits_fill(s->dense, first, n, true);
		s->n_dense += n;
		n_slices_dense += n;
	}
}

/* Dirty slices: their memory is there already, and so are the superslabs'. */
static bool take_dirty_locked(const struct wish *wish, struct hak_slices *out, struct revival *revival)
{
	if (n_slices_dirty < wish->n)
		return false;
	for (struct hak_link *l = open.next; l != &open; l = l->next) {
		struct hak_superslab *s = of_link(l);
		unsigned first, longest;

		if (s->n_dirty < wish->n || (is_reserved(s) && !wish->is_anywhere))
			continue;
		first = find_run_locked(s, s->dirty, true, wish->n, wish->align, &longest);
		if (first == s->n_slices)
			continue;
		fill_out_locked(s, first, wish, out, revival);
		return true;
	}
	return false;
}

enum answer { TAKEN, NOT_FOUND, REFUSED };

static enum answer take_locked(const struct wish *wish, struct hak_slices *out, struct revival *revival)
{
	if (take_dirty_locked(wish, out, revival))
		return TAKEN;
	for (struct hak_link *l = open.next; l != &open; l = l->next) {
		struct hak_superslab *s = of_link(l);
		unsigned first, longest;

		if (s->run_limit < wish->n || (is_reserved(s) && !wish->is_anywhere))
			continue;
		first = find_run_locked(s, s->used, false, wish->n, wish->align, &longest);
		if (first == s->n_slices) {
			if (wish->align <= HAK_SLICE_SIZE)
				s->run_limit = longest;
			continue;
		}
		if (!charge_locked(s, first, (unsigned)wish->n))
			return REFUSED;
		fill_out_locked(s, first, wish, out, revival);
		return TAKEN;
	}
	return NOT_FOUND;
}

/* A new superslab for at least n slices; not in any list yet. */
static struct hak_superslab *make(size_t n, size_t align)
{
	size_t least = n * HAK_SLICE_SIZE;
	size_t size = hak_load_relaxed(&next_size);
	struct hak_superslab *s = hak_meta_take(sizeof *s);
	size_t wanted;

	if (s == NULL)
		return NULL;
	wanted = align;
	if (align < HAK_SUPERSLAB_ALIGN)
		align = HAK_SUPERSLAB_ALIGN;
	if (size < least)
		size = least;
	for (;;) {
		/* Where addresses are scarce the last resort is what was asked for, on a slice's border. */
		s->base = hak_os_map(size, size > least ? align : wanted, "hakmem: superslab");
		if (s->base != NULL || size == least)
			break;
		size = size / 2 > least ? size / 2 : least;
	}
	if (s->base != NULL && hak_registry_reserve(s->base, size)) {
		s->n_slices = (uint32_t)(size / HAK_SLICE_SIZE);
		s->run_limit = s->n_slices;
		s->huge = hak_huge_begin(s->base, size);
		return s;
	}
	if (s->base != NULL)
		hak_os_unmap(s->base, size);
	hak_meta_give(s, sizeof *s);
	return NULL;
}

static struct hak_superslab *find_unasked_locked(const struct hak_link *head)
{
	for (struct hak_link *l = head->next; l != head; l = l->next) {
		struct hak_superslab *s = of_link(l);

		if (hak_load_relaxed(&s->huge) == HAK_HUGE_NOT_YET &&
			(s->n_used - s->n_dense) * HAK_HUGE_SPARSE_RATIO <= s->n_slices)
			return s;
	}
	return NULL;
}

/* A superslab to ask huge pages for, marked so that nobody else does and that it stays mapped. */
static struct hak_superslab *claim_unasked_locked(void)
{
	uint64_t least = hak_huge_least();
	struct hak_superslab *s;

	if (n_slices_dense < least) {
		ask_at = least;
		return NULL;
	}
	s = find_unasked_locked(&full);
	if (s == NULL)
		s = find_unasked_locked(&open);
	if (s == NULL)
		ask_at = UINT64_MAX; /* until there is a new one */
	else
		hak_store_relaxed(&s->huge, HAK_HUGE_ASKING);
	return s;
}

/* Asks for all superslabs that may have them: of the older ones it counts for what is not touched yet. */
static void ask_huge(void)
{
	struct hak_superslab *s;

	do {
		take_lock();
		s = claim_unasked_locked();
		give_lock();
		if (s != NULL)
			hak_store_relaxed(&s->huge, hak_huge_ask(s->base, s->n_slices * HAK_SLICE_SIZE));
	} while (s != NULL);
}

/* As take_locked(), and tells whether ask_huge() is due. */
static enum answer take_now(const struct wish *wish, struct hak_superslab *new, struct hak_slices *out, bool *is_due)
{
	struct revival revival = { .base = NULL };
	enum answer answer;

	take_lock();
	if (new != NULL) {
		new->era = era;
		hak_list_put_last(&open, &new->link);
		n_superslabs++;
		n_slices_mapped += new->n_slices;
		if (next_size < HAK_SUPERSLAB_SIZE)
			hak_own_set(&next_size, next_size * 2);
		if (wish->is_dense)
			ask_at = 0;
		else if (hak_load_relaxed(&new->huge) == HAK_HUGE_NOT_YET)
			hak_store_relaxed(&new->huge, HAK_HUGE_BROKEN); /* more of the kind will follow */
	}
	answer = take_locked(wish, out, &revival);
	*is_due = n_slices_dense >= ask_at;
	give_lock();
	revive(&revival);
	return answer;
}

static bool take(struct wish wish, struct hak_slices *out)
{
	struct hak_superslab *s = NULL;
	enum answer answer;
	bool has_purged = false;
	bool is_due;

	HAK_ASSERT(wish.n >= 1 && wish.n <= HAK_SUPERSLAB_SLICES);
	/* Another thread may take what we made before us: then go round again. */
	while ((answer = take_now(&wish, s, out, &is_due)) != TAKEN) {
		if (answer == REFUSED) {
			if (has_purged || hak_superslab_purge(true) == 0)
				return false;
			has_purged = true;
			s = NULL;
			continue;
		}
		s = make(wish.n, wish.align);
		if (s == NULL && wish.is_anywhere)
			return false;
		wish.is_anywhere = wish.is_anywhere || s == NULL;
	}
	if (HAK_UNLIKELY(is_due))
		ask_huge();
	return true;
}

bool hak_superslab_take(size_t n, size_t align, struct hak_slices *out)
{
	return take((struct wish){ .n = n, .align = align }, out);
}

bool hak_superslab_take_dense(size_t n, struct hak_slices *out)
{
	return take((struct wish){ .n = n, .align = HAK_SLICE_SIZE, .is_dense = true, .is_anywhere = true }, out);
}

void hak_superslab_give(struct hak_superslab *s, char *base, size_t n)
{
	bool is_old;

	take_lock();
	is_old = s->era != era;
	if (!is_old)
		unuse_locked(s, (unsigned)((size_t)(base - s->base) / HAK_SLICE_SIZE), (unsigned)n, DIRTY);
	give_lock();
	if (is_old && hak_os_purge(base, n * HAK_SLICE_SIZE)) /* S3 */
		hak_limit_give(n * HAK_SLICE_SIZE);
}

bool hak_superslab_extend(struct hak_superslab *s, char *base, size_t n_old, size_t n_new, bool *is_clean)
{
	size_t first = (size_t)(base - s->base) / HAK_SLICE_SIZE + n_old;
	size_t n = n_new - n_old;
	struct revival revival = { .base = NULL };
	bool is_done;

	take_lock();
	is_done = s->era == era && first + n <= s->n_slices &&
		hak_bits_are(s->used, (unsigned)first, (unsigned)n, false) &&
		charge_locked(s, (unsigned)first, (unsigned)n);
	if (is_done) {
		revive_locked(s, (unsigned)first, (unsigned)n, &revival);
		*is_clean = use_locked(s, (unsigned)first, (unsigned)n);
	}
	give_lock();
	revive(&revival);
	return is_done;
}

static size_t count_locked(const uint64_t *map)
{
	size_t n = 0;

	for (unsigned i = 0; i < N_WORDS; i++)
		n += hak_bits_count(map[i]);
	return n;
}

/* Is more free and resident than huge pages are worth? dirty: those of the slices that count. */
static bool is_wasteful_locked(const struct hak_superslab *s, const uint64_t *dirty)
{
	return hak_load_relaxed(&s->huge) != HAK_HUGE_ALWAYS &&
		s->kept + count_locked(dirty) * HAK_SLICE_SIZE > s->n_used * HAK_SLICE_SIZE / HAK_HUGE_KEEP_RATIO;
}

/* The first slices in map that are to be purged together: whole huge pages, if they matter. Returns how many. */
static unsigned find_dirty_locked(const struct hak_superslab *s, const uint64_t *map, unsigned *first)
{
	if (is_huge(s)) {
		for (unsigned i = 0; i < s->n_slices; i += HAK_HUGE_SLICES) {
			*first = i;
			if (i + HAK_HUGE_SLICES <= s->n_slices && hak_bits_are(map, i, HAK_HUGE_SLICES, true))
				return HAK_HUGE_SLICES;
		}
		if (!is_wasteful_locked(s, map))
			return 0;
	}
	*first = hak_bits_find(map, s->n_slices, 0, true);
	return hak_bits_find(map, s->n_slices, *first, false) - *first;
}

/* Finds a dirty run to purge and marks it used, so that nobody takes it while the kernel works. */
static bool claim_dirty_locked(bool all, struct hak_slices *out)
{
	n_slices_kept = 0;
	for (struct hak_link *l = open.next; l != &open; l = l->next) {
		struct hak_superslab *s = of_link(l);
		const uint64_t *map = all ? s->dirty : s->aged;
		unsigned first, n;

		if (s->n_dirty == 0)
			continue;
		n = find_dirty_locked(s, map, &first);
		if (n == 0) {
			n_slices_kept += count_locked(map);
			continue;
		}
		out->superslab = s;
		out->base = s->base + first * HAK_SLICE_SIZE;
		out->n = n;
		use_locked(s, first, n);
		return true;
	}
	return false;
}

static void age_locked(void)
{
	for (struct hak_link *l = open.next; l != &open; l = l->next) {
		struct hak_superslab *s = of_link(l);

		for (unsigned i = 0; i < N_WORDS; i++)
			s->aged[i] = s->dirty[i] & ~s->lazy[i];
	}
}

/* Takes a superslab out of the list that holds nothing at all, but for the oldest one. */
static struct hak_superslab *claim_empty_locked(void)
{
	for (struct hak_link *l = open.next; l != &open; l = l->next) {
		struct hak_superslab *s = of_link(l);

		if (s->n_used == 0 && s->n_dirty == 0 && s->n_pins == 0 && n_superslabs > 1 &&
			hak_load_relaxed(&s->huge) != HAK_HUGE_ASKING) {
			hak_list_remove(&s->link);
			n_superslabs--;
			n_slices_mapped -= s->n_slices;
			set_undumped_locked(s, 0, s->n_slices, false);
			return s;
		}
	}
	return NULL;
}

static void unmap_empty(void)
{
	for (;;) {
		struct hak_superslab *s;

		take_lock();
		s = claim_empty_locked();
		give_lock();
		if (s == NULL)
			return;
		if (hak_os_unmap(s->base, s->n_slices * HAK_SLICE_SIZE)) {
			hak_meta_give(s, sizeof *s);
			continue;
		}
		take_lock();
		s->era = era;
		hak_list_put_first(&open, &s->link);
		n_superslabs++;
		n_slices_mapped += s->n_slices;
		give_lock();
		return;
	}
}

/* A longest free run without a dirty slice, lazy ones apart, that is worth a mapping of its own and not all undumped
 * yet. Puts it into undumped, and pins its superslab. */
static bool claim_undumped_locked(struct hak_superslab **which, unsigned *first, unsigned *n)
{
	for (struct hak_link *l = open.next; l != &open; l = l->next) {
		struct hak_superslab *s = of_link(l);
		uint64_t busy[N_WORDS];
		unsigned from, end, next;

		if (s->n_slices - s->n_used - (s->n_dirty - s->n_lazy) == s->n_undumped)
			continue;
		for (unsigned i = 0; i < N_WORDS; i++)
			busy[i] = s->used[i] | (s->dirty[i] & ~s->lazy[i]);
		for (from = 0; from < s->n_slices; from = next) {
			from = hak_bits_find(busy, s->n_slices, from, false);
			next = end = hak_bits_find(busy, s->n_slices, from, true);
			if (is_huge(s)) { /* a mapping's border inside one would break it */
				from = (unsigned)hak_round_up(from, HAK_HUGE_SLICES);
				end = (unsigned)hak_round_down(end, HAK_HUGE_SLICES);
			}
			if (end < from + HAK_UNDUMPED_LEAST || hak_bits_are(s->undumped, from, end - from, true))
				continue;
			set_undumped_locked(s, from, end - from, true);
			s->n_pins++;
			*which = s;
			*first = from;
			*n = end - from;
			return true;
		}
	}
	return false;
}

/* Leaves free memory out of core dumps. Who takes some of it meanwhile clears its bits, and may have asked for it to
 * be dumped before we ask for the contrary: then the last word is ours. */
static void undump(void)
{
	while (hak_os_can_split()) {
		struct hak_superslab *s;
		unsigned first, n;
		char *base;
		bool is_done, is_intact;

		take_lock();
		is_done = !claim_undumped_locked(&s, &first, &n);
		give_lock();
		if (is_done)
			return;
		base = s->base + first * HAK_SLICE_SIZE;
		is_done = hak_os_set_dump(base, n * HAK_SLICE_SIZE, false);
		take_lock();
		is_intact = is_done && s->era == era && hak_bits_are(s->undumped, first, n, true);
		if (!is_intact && s->era == era)
			set_undumped_locked(s, first, n, false);
		give_lock();
		if (!is_intact)
			hak_os_set_dump(base, n * HAK_SLICE_SIZE, true);
		take_lock();
		s->n_pins--;
		give_lock();
		if (!is_done)
			return;
	}
}

void hak_superslab_break(struct hak_superslab *s)
{
	hak_huge_break(&s->huge, s->base, s->n_slices * HAK_SLICE_SIZE);
}

/* Returns the state that the pages are in now. */
static enum state purge_pages(struct hak_superslab *s, char *base, size_t size, bool can_be_lazy)
{
	if (((size_t)(base - s->base) | size) % HAK_HUGE_SIZE != 0)
		hak_superslab_break(s);
	if (can_be_lazy && hak_load_relaxed(&hak_options.purge_lazy) && hak_os_purge_lazily(base, size))
		return LAZY;
	return hak_os_purge(base, size) ? CLEAN : DIRTY;
}

bool hak_superslab_is_huge(const struct hak_superslab *s)
{
	return is_huge(s);
}

bool hak_superslab_keep_holes(struct hak_superslab *s, size_t n_old, size_t n_new)
{
	bool is_kept;

	if ((n_old | n_new) == 0)
		return is_huge(s);
	take_lock();
	s->kept += n_new - n_old;
	is_kept = is_huge(s) && !is_wasteful_locked(s, s->aged);
	if (!is_kept)
		s->kept -= n_new;
	give_lock();
	return is_kept;
}

size_t hak_superslab_purge(bool all)
{
	size_t n_bytes = 0;

	for (;;) {
		struct hak_slices claimed;
		struct hak_superslab *s;
		enum state state;
		bool is_done;

		take_lock();
		is_done = !claim_dirty_locked(all, &claimed);
		if (is_done)
			age_locked();
		give_lock();
		if (is_done)
			break;
		s = claimed.superslab;
		state = purge_pages(s, claimed.base, claimed.n * HAK_SLICE_SIZE, !all);
		n_bytes += state != DIRTY ? claimed.n * HAK_SLICE_SIZE : 0;
		if (state == CLEAN)
			hak_limit_give(claimed.n * HAK_SLICE_SIZE);
		take_lock();
		if (s->era == era)
			unuse_locked(s, (unsigned)((size_t)(claimed.base - s->base) / HAK_SLICE_SIZE), (unsigned)claimed.n,
				state);
		give_lock();
		if (state == DIRTY) /* locked memory, for one: not to be had back */
			break;
	}
	unmap_empty();
	undump();
	return n_bytes;
}

static bool list_contains_locked(const struct hak_link *head, const char *p)
{
	for (const struct hak_link *l = head->next; l != head; l = l->next) {
		const struct hak_superslab *s = HAK_MEMBER(l, const struct hak_superslab, link);

		if (p >= s->base && (size_t)(p - s->base) < s->n_slices * HAK_SLICE_SIZE)
			return true;
	}
	return false;
}

bool hak_superslab_contains(const void *p)
{
	bool is_ours;

	take_lock();
	is_ours = list_contains_locked(&open, p) || list_contains_locked(&full, p);
	give_lock();
	return is_ours;
}

void hak_superslab_stats_get(struct hak_superslab_stats *stats)
{
	take_lock();
	stats->mapped = n_slices_mapped * HAK_SLICE_SIZE;
	stats->used = n_slices_used * HAK_SLICE_SIZE;
	stats->dirty = (n_slices_dirty - n_slices_lazy) * HAK_SLICE_SIZE;
	stats->lazy = n_slices_lazy * HAK_SLICE_SIZE;
	stats->kept = (n_slices_kept < n_slices_dirty - n_slices_lazy ? n_slices_kept : n_slices_dirty - n_slices_lazy) *
		HAK_SLICE_SIZE;
	stats->n_superslabs = n_superslabs;
	give_lock();
}

/* The superslab with the lowest address above `after`, or NULL. */
static struct hak_superslab *next_above_locked(const char *after)
{
	struct hak_superslab *best = NULL;
	struct hak_link *heads[2] = { &open, &full };

	for (unsigned i = 0; i < 2; i++)
		for (struct hak_link *l = heads[i]->next; l != heads[i]; l = l->next)
			if (of_link(l)->base > after && (best == NULL || of_link(l)->base < best->base))
				best = of_link(l);
	return best;
}

void hak_superslab_resident_get(struct hak_superslab_resident *resident)
{
	uint64_t used[N_WORDS], dirty[N_WORDS], lazy[N_WORDS];
	char *base = NULL;

	*resident = (struct hak_superslab_resident){ .used = 0 };
	for (;;) {
		struct hak_superslab *s;
		bool has_huge = false;
		unsigned n = 0;

		take_lock();
		s = next_above_locked(base);
		if (s != NULL) {
			n = s->n_slices;
			base = s->base;
			has_huge = is_huge(s);
			memcpy(used, s->used, sizeof used);
			memcpy(dirty, s->dirty, sizeof dirty);
			memcpy(lazy, s->lazy, sizeof lazy);
		}
		give_lock();
		if (s == NULL)
			return;
		for (unsigned i = 0, end; i < n; i = end) {
			bool is_used = hak_bit_is_set(used, i), is_dirty = hak_bit_is_set(dirty, i);
			bool is_lazy = hak_bit_is_set(lazy, i);
			size_t size;

			for (end = i + 1; end < n && hak_bit_is_set(used, end) == is_used &&
				hak_bit_is_set(dirty, end) == is_dirty && hak_bit_is_set(lazy, end) == is_lazy; end++)
				;
			size = is_used || is_dirty || has_huge ? hak_os_resident(base + i * HAK_SLICE_SIZE, (end - i) * HAK_SLICE_SIZE) : 0;
			resident->used += is_used ? size : 0;
			resident->lazy += is_lazy ? size : 0;
			resident->dirty += !is_used && !is_lazy ? size : 0; /* in a huge page, clean ones too */
		}
	}
}

static size_t check_locked(struct hak_superslab *s, bool is_full)
{
	unsigned n_used = 0, n_dirty = 0, n_lazy = 0, n_undumped = 0, n_dense = 0;
	bool is_sound;

	for (unsigned i = 0; i < N_WORDS; i++) {
		n_used += hak_bits_count(s->used[i]);
		n_dirty += hak_bits_count(s->dirty[i]);
		n_lazy += hak_bits_count(s->lazy[i]);
		n_undumped += hak_bits_count(s->undumped[i]);
		n_dense += hak_bits_count(s->dense[i]);
	}
	is_sound = n_used == s->n_used && n_dirty == s->n_dirty && n_lazy == s->n_lazy &&
		n_undumped == s->n_undumped && n_dense == s->n_dense && is_full == (n_used == s->n_slices);
	for (unsigned i = 0; i < N_WORDS; i++)
		is_sound = is_sound && (s->used[i] & s->dirty[i]) == 0 && (s->aged[i] & ~s->dirty[i]) == 0 &&
			(s->lazy[i] & ~s->dirty[i]) == 0 && (s->aged[i] & s->lazy[i]) == 0 &&
			(s->undumped[i] & (s->used[i] | (s->dirty[i] & ~s->lazy[i]))) == 0 &&
			(s->dense[i] & ~s->used[i]) == 0;
	return is_sound ? 0 : 1;
}

static size_t check_all_locked(void)
{
	size_t n_faults = 0;

	for (struct hak_link *l = open.next; l != &open; l = l->next)
		n_faults += check_locked(of_link(l), false);
	for (struct hak_link *l = full.next; l != &full; l = l->next)
		n_faults += check_locked(of_link(l), true);
	return n_faults;
}

size_t hak_superslab_check(void)
{
	size_t n_faults;
	struct hak_text t;

	take_lock();
	n_faults = check_all_locked();
	give_lock();
	if (n_faults > 0) {
		hak_text_open(&t, 2);
		hak_text_add(&t, "hakmem: check: a superslab's counts do not match its bitmaps\n");
		hak_text_close(&t);
	}
	return n_faults;
}
