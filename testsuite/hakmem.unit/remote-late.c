/* SPDX-License-Identifier: MIT */
/* A late announcement must not leave a slab's next owner deaf: step by step, in one thread. */
#include "caches.h"

/* A slab of h with one block out: *p, alive. */
static struct hak_slab *make_used(struct hak_heap *h, unsigned sc, void **p)
{
	struct hak_slab *s = make_slab(h, sc);
	struct hak_slot slot;

	hak_heap_lock(h);
	CHECK(hak_slab_take_locked(h, s, &slot, 1) == 1);
	hak_heap_unlock(h);
	*p = hak_cache_hand_out(slot, sc);
	return s;
}

static void send(struct hak_slab *s, void *p)
{
	CHECK(slab_of(p) == s && hak_remote_push_any(s, hak_slab_block_idx(s, p), 0) && *live_of(p) == 0);
}

static void collect(struct hak_heap *h, unsigned sc)
{
	struct hak_after after = { .gone = NULL };

	hak_heap_lock(h);
	hak_remote_collect_class_locked(h, sc, &after);
	hak_heap_unlock(h);
	CHECK(after.gone == NULL && after.twice == NULL);
}

/* As hak_heap_collect_any(), without the looks at what has been announced. */
static void drop(struct hak_heap *h, unsigned sc)
{
	struct hak_after after = { .gone = NULL };

	hak_heap_lock(h);
	hak_slab_drop_empty_locked(h, sc, &after);
	hak_heap_unlock(h);
	CHECK(after.gone != NULL);
	hak_slab_finish(&after);
}

static bool is_pending(struct hak_slab *s)
{
	return s->is_pending != 0;
}

int main(void)
{
	const unsigned sc = HAK_N_CLASSES - 1;
	struct hak_heap *first = make_heap(), *second = make_heap();
	struct hak_slab *s, *again;
	void *p, *q;

	/* Announced once; the second block finds it so. */
	s = make_used(first, sc, &p);
	send(s, p);
	CHECK(first->pending[sc] == s && is_pending(s) && hak_heap_is_pending_any(first));
	CHECK(!hak_remote_push_any(s, hak_slab_block_idx(s, p), 0), "sent twice");
	collect(first, sc);
	CHECK(s->n_free == s->n_blocks && !is_pending(s) && !hak_heap_is_pending_any(first));

	/* Announced while it still was the first heap's, and released by that before it looked again. */
	hak_remote_announce_any(s);
	CHECK(is_pending(s) && first->pending[sc] == s);
	drop(first, sc);
	CHECK(first->pending[sc] == NULL && hak_heap_none.pending[sc] == s, "it is to be looked for at nobody's");
	again = make_used(second, sc, &q);
	CHECK(again == s && second->pending[sc] == s);
	send(s, q);
	collect(second, sc);
	CHECK(s->n_free == s->n_blocks, "the first heap's thread would have to come by first");
	drop(second, sc);

	/* Announced while it was nobody's. */
	hak_remote_announce_any(s);
	again = make_used(second, sc, &q);
	CHECK(again == s);
	send(s, q);
	collect(second, sc);
	CHECK(s->n_free == s->n_blocks);
	drop(second, sc);

	/* Found in a list where it does not belong: sent on to its owner, with the bits that it has. */
	s = make_used(first, sc, &p);
	send(s, p);
	first->pending[sc] = NULL;
	second->pending[sc] = s;
	collect(second, sc);
	CHECK(s->n_free == s->n_blocks - 1U && first->pending[sc] == s);
	collect(first, sc);
	CHECK(s->n_free == s->n_blocks);

	/* Made anew by the same heap as another class, with as many words, after a late announcement. */
	hak_remote_announce_any(s);
	drop(first, sc);
	again = make_used(first, sc - 1, &q);
	CHECK(again == s);
	send(s, q);
	collect(first, sc - 1);
	CHECK(s->n_free == s->n_blocks, "announced as what it was");
	settle();
	check_all_home();
	return 0;
}
