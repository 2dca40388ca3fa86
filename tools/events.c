/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include "events.h"

#include <stdlib.h>
#include <string.h>

#include "watch/event.h"

#define N_MOST 100000000U /* of a list or a ring: more is nonsense */

struct events {
	struct hak_event *event;
	size_t n;
	unsigned n_rings;
};

static int compare(const void *a, const void *b)
{
	const struct hak_event *x = a, *y = b;

	if (x->when != y->when)
		return x->when < y->when ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Twice: what was the same both times was not being written. */
static bool add_ring(struct target *t, uint64_t ring, struct events *all)
{
	const struct hak_inside *in = &t->inside;
	uint32_t n_slots = target_u32(t, ring + in->ring_n_slots);
	size_t size = n_slots * sizeof(struct hak_event);
	struct hak_event *first, *second, *grown;

	if (n_slots == 0 || n_slots > N_MOST)
		return true;
	all->n_rings++;
	grown = realloc(all->event, (all->n + n_slots) * sizeof *grown);
	if (grown == NULL)
		return false;
	all->event = grown;
	first = all->event + all->n;
	second = malloc(size);
	if (second == NULL)
		return false;
	target_read(t, ring + in->ring_event, first, size);
	target_refresh(t);
	target_read(t, ring + in->ring_event, second, size);
	for (uint32_t i = 0; i < n_slots; i++)
		if (hak_event_is_there(first[i].number) && memcmp(&first[i], &second[i], sizeof first[i]) == 0)
			all->event[all->n++] = first[i];
	free(second);
	return true;
}

bool events_print(struct target *t, pid_t pid, struct hak_text *out)
{
	struct events all = { NULL, 0, 0 };
	const char *trouble = NULL;
	uint64_t cache;
	unsigned n = 0;

	if (!target_open(t, pid))
		return false;
	if (t->inside.ring_size != sizeof(struct hak_event))
		trouble = "its libhakmem is of another version";
	cache = t->object[HAK_AT_hak_cache_none];
	for (; trouble == NULL && cache != 0 && n++ < N_MOST; cache = target_word(t, cache + t->inside.cache_next)) {
		uint64_t ring = target_word(t, cache + t->inside.cache_ring);

		if (ring != 0 && !add_ring(t, ring, &all))
			trouble = "no memory for its events";
	}
	if (trouble == NULL && t->is_lost)
		trouble = "it has ended meanwhile";
	else if (trouble == NULL && all.n_rings == 0)
		trouble = "it records no events: start it with HAKMEM_CONF=ring:N, see hakmem.conf(5)";
	if (trouble != NULL) {
		snprintf(t->trouble, sizeof t->trouble, "%s\n", trouble);
	} else {
		qsort(all.event, all.n, sizeof *all.event, compare);
		for (size_t i = 0; i < all.n; i++)
			hak_event_print(out, &all.event[i]);
	}
	free(all.event);
	return trouble == NULL;
}
