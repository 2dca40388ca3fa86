/* SPDX-License-Identifier: MIT */
#include "tiny/group.h"

#include "os/lock.h"
#include "os/page.h"
#include "region/limit.h"
#include "region/meta.h"

#define N_WORDS (HAK_SLAB_WORDS_MAX + 1)

struct hak_group {
	struct hak_group *next;  /* lk:SLABS: in open, if is_listed */
	struct hak_slab *slabs;  /* const */
	char *bodies;            /* const: the bodies of these */
	uint32_t body_size;      /* const: bytes */
	uint16_t n_words;        /* const */
	uint8_t n_slabs;         /* const: at most 64 */
	uint8_t n_made;          /* lk:SLABS: of these; the others were never used */
	bool is_listed;          /* lk:SLABS: in open */
	bool is_small;           /* const: bodies has no OS pages of its own */
	uint64_t unused;         /* lk:SLABS: a bit for each; none is set while the OS pages are being given back */
	uint64_t dirty;          /* lk:SLABS: a bit for each body used since the OS pages were given back: it counts as held */
};

static struct hak_lock lock = HAK_LOCK(HAK_RANK_SLABS);
static struct hak_group *open[N_WORDS];  /* lk:SLABS: groups with unused descriptors, by words; some have none */
static struct hak_group *spare[N_WORDS]; /* lk:SLABS: by words, the group that became unused last and keeps its OS pages */
static bool has_first[N_WORDS];          /* lk:SLABS: by words: there is a small group, or one is being made */
struct hak_slab *hak_group_slabs;

struct hak_slab *hak_group_first_slab_any(void)
{
	return hak_load_acquire(&hak_group_slabs);
}

static void take_lock(void)
{
	bool is_sound = hak_lock_take(&lock); /* J3 */

	(void)is_sound;
}

static size_t remote_off(unsigned n_words)
{
	return hak_round_up(n_words * sizeof(uint64_t), HAK_LINE_SIZE);
}

static size_t live_off(unsigned n_words)
{
	return hak_round_up(remote_off(n_words) + n_words * sizeof(uint64_t), HAK_LINE_SIZE) + sizeof(uintptr_t); /* hak_slab_only() */
}

static uint64_t all_of(const struct hak_group *g)
{
	return ~(uint64_t)0 >> (HAK_WORD_BITS - g->n_slabs);
}

static bool is_spare(const struct hak_group *g)
{
	return g != NULL && g->unused == all_of(g) && g->dirty != 0 && !g->is_small;
}

static size_t bodies_size(const struct hak_group *g)
{
	return hak_round_up((size_t)g->n_slabs * g->body_size, hak_os_page_size());
}

static void list_locked(struct hak_group *g)
{
	if (g->is_listed)
		return;
	g->is_listed = true;
	g->next = open[g->n_words];
	hak_store_release(&open[g->n_words], g);
}

/* J4 */
static char *take_bodies(const struct hak_group *g)
{
	return g->is_small ? hak_meta_take(g->n_slabs * (size_t)g->body_size) : hak_meta_take_pages(bodies_size(g));
}

static struct hak_group *make_group(unsigned n_words, bool is_small)
{
	size_t body_size = hak_round_up(live_off(n_words) + (size_t)n_words * HAK_WORD_BITS + 1, HAK_LINE_SIZE);
	size_t n = (is_small ? HAK_GROUP_FIRST : hak_round_up(HAK_GROUP_SIZE, hak_os_page_size())) / body_size;
	struct hak_group *g = hak_meta_take(sizeof *g);

	if (g == NULL)
		return NULL;
	n = n > HAK_WORD_BITS ? HAK_WORD_BITS : n > 0 ? n : 1;
	g->body_size = (uint32_t)body_size;
	g->n_words = (uint16_t)n_words;
	g->n_slabs = (uint8_t)n;
	g->is_small = is_small;
	g->unused = all_of(g);
	if (is_small) /* it is metadata like any other, and counts as held as a whole */
		g->dirty = all_of(g);
	g->slabs = hak_meta_take(n * sizeof *g->slabs);
	if (g->slabs != NULL)
		g->bodies = take_bodies(g);
	if (g->bodies != NULL)
		return g;
	if (g->slabs != NULL)
		hak_meta_give(g->slabs, n * sizeof *g->slabs);
	hak_meta_give(g, sizeof *g);
	return NULL;
}

static void make_slab_locked(struct hak_group *g, struct hak_slab *s, char *body)
{
	s->group = g;
	s->n_words = g->n_words;
	s->bits = (uint64_t *)(void *)body;
	s->remote = (uint64_t *)(void *)(body + remote_off(g->n_words));
	s->live = (uint8_t *)body + live_off(g->n_words);
	s->owner = &hak_heap_none;
	if (hak_group_slabs == s) /* there was a fork between the last two steps */
		return;
	s->next = hak_group_slabs;
	hak_store_release(&hak_group_slabs, s);
}

static struct hak_slab *take_from_locked(struct hak_group *g)
{
	unsigned i = hak_bits_low((g->unused & g->dirty) != 0 ? g->unused & g->dirty : g->unused);
	uint64_t bit = (uint64_t)1 << i;

	if (i == g->n_made) {
		make_slab_locked(g, &g->slabs[i], g->bodies + (size_t)i * g->body_size);
		g->n_made++;
	}
	hak_own_set(&g->unused, g->unused & ~bit);
	if ((g->dirty & bit) == 0)
		hak_limit_add(g->body_size);
	g->dirty |= bit;
	return &g->slabs[i];
}

/* From a group that has an unused one; NULL: there is none, and the caller makes one, a small one if *is_first. */
static struct hak_slab *take_listed(unsigned n_words, bool *is_first)
{
	struct hak_slab *s = NULL;
	struct hak_group *g;

	take_lock();
	HAK_NOTE_WRITE(&open[n_words], sizeof g);
	while ((g = open[n_words]) != NULL && g->unused == 0) {
		hak_store_release(&open[n_words], g->next);
		g->is_listed = false;
	}
	if (g != NULL)
		s = take_from_locked(g);
	*is_first = g == NULL && !has_first[n_words];
	if (*is_first)
		has_first[n_words] = true;
	hak_lock_give(&lock);
	return s;
}

struct hak_slab *hak_group_take(unsigned n_words)
{
	struct hak_slab *s;
	struct hak_group *g;
	bool is_first;

	while ((s = take_listed(n_words, &is_first)) == NULL) {
		g = make_group(n_words, is_first);
		if (g == NULL)
			return NULL;
		take_lock();
		list_locked(g);
		hak_lock_give(&lock);
	}
	return s;
}

/* Hides an unused group from other threads until its OS pages are given back. */
static struct hak_group *hide_locked(struct hak_group *g)
{
	hak_own_set(&g->unused, 0);
	return g;
}

static void purge_group(struct hak_group *g)
{
	bool is_purged = hak_meta_purge(g->bodies, bodies_size(g));

	take_lock();
	if (is_purged) {
		hak_limit_give((size_t)hak_bits_count(g->dirty) * g->body_size);
		g->dirty = 0;
	}
	hak_own_set(&g->unused, all_of(g));
	list_locked(g);
	hak_lock_give(&lock);
}

void hak_group_give(struct hak_slab *s)
{
	struct hak_group *g = s->group, **kept = &spare[g->n_words], *gone = NULL;

	take_lock();
	HAK_NOTE_WRITE(&g->unused, sizeof g->unused);
	hak_own_set(&g->unused, g->unused | (uint64_t)1 << (s - g->slabs));
	list_locked(g);
	if (is_spare(g) && *kept != g) {
		if (is_spare(*kept))
			gone = hide_locked(g);
		else
			*kept = g;
	}
	hak_lock_give(&lock);
	if (gone != NULL)
		purge_group(gone);
}

void hak_group_trim(void)
{
	for (unsigned i = 0; i < N_WORDS; i++) {
		struct hak_group *g = NULL;

		take_lock();
		if (is_spare(spare[i]))
			g = hide_locked(spare[i]);
		hak_lock_give(&lock);
		if (g != NULL)
			purge_group(g);
	}
}
