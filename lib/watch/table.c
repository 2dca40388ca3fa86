/* SPDX-License-Identifier: MIT */
#include "watch/table.h"

#include <string.h>

#include "base/bits.h"

#define UNIT HAK_TABLE_UNIT

void hak_table_make(struct hak_table *t, char **at, size_t size, size_t n_most)
{
	t->base = *at;
	t->most = (uint32_t)(size / UNIT);
	t->bucket = (uint32_t *)(void *)(*at + size);
	t->n_most = (uint32_t)n_most;
	t->n_buckets = 1;
	t->mask = 0;
	t->n_entries = 0;
	t->bucket[0] = 0;
	t->used = 1;
	*at += size + hak_round_up(n_most * sizeof *t->bucket, UNIT);
}

size_t hak_table_bytes(const struct hak_table *t)
{
	return t->used * UNIT + t->n_buckets * sizeof *t->bucket;
}

void hak_table_empty(struct hak_table *t)
{
	memset(t->bucket, 0, t->n_buckets * sizeof *t->bucket);
	t->n_buckets = 1;
	t->mask = 0;
	t->n_entries = 0;
}

static void link_in(struct hak_table *t, struct hak_entry *e)
{
	uint32_t *bucket = hak_table_bucket(t, e->hash);

	e->next = *bucket;
	*bucket = hak_table_place(t, e);
}

static void split_next(struct hak_table *t)
{
	uint32_t from, at;

	if (t->n_buckets > t->mask)
		t->mask = 2 * t->mask + 1;
	from = t->n_buckets & t->mask >> 1;
	at = t->bucket[from];
	t->bucket[from] = t->bucket[t->n_buckets] = 0;
	t->n_buckets++;
	while (at != 0) {
		struct hak_entry *e = hak_table_at(t, at);

		at = e->next;
		link_in(t, e);
	}
}

void hak_table_put(struct hak_table *t, struct hak_entry *e)
{
	link_in(t, e);
	if (++t->n_entries > t->n_buckets && t->n_buckets < t->n_most)
		split_next(t);
}

void hak_table_take(struct hak_table *t, struct hak_entry *e)
{
	uint32_t *at = hak_table_bucket(t, e->hash), place = hak_table_place(t, e);

	while (*at != place)
		at = &((struct hak_entry *)hak_table_at(t, *at))->next;
	*at = e->next;
	t->n_entries--;
}

void *hak_table_room(const struct hak_table *t, size_t size)
{
	return t->most - t->used >= (size + UNIT - 1) / UNIT ? hak_table_at(t, t->used) : NULL;
}
