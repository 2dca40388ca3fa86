/* SPDX-License-Identifier: MIT */
/* A late announcement must not leave a slab's next owner deaf: step by step, in one thread. */
#include "tiny/remote.c"
#include "heaps.h"

/* A slab of h with one block out: p. */
static struct hak_slab *make_slab(struct hak_heap *h, unsigned sc, void **p)
{
	struct hak_slab *s = hak_slab_make_own(h, sc);

	CHECK(s != NULL && hak_slab_take_own(h, s, p, 1) == 1);
	h->bin[sc].n_taken++;
	return s;
}

static void send(struct hak_heap *h, struct hak_slab *s, void *p)
{
	give_block(h, p);
	CHECK(hak_heap_mine != h && hak_load_relaxed(&s->owner) != h);
}

int main(void)
{
	const unsigned sc = HAK_N_CLASSES - 1;
	struct hak_heap *first = make_heap(), *second = make_heap(), *stranger = make_heap();
	struct hak_slab *s, *again;
	void *p, *q;

	/* Announced while it still was the first heap's, and released by that before it looked again. */
	s = make_slab(first, sc, &p);
	send(stranger, s, p);
	hak_remote_collect_own(first);
	hak_remote_announce_any(s);
	hak_slab_release_empty_own(first);
	again = make_slab(second, sc, &q);
	CHECK(again == s);
	send(stranger, s, q);
	hak_remote_collect_own(second);
	CHECK(s->n_free == s->n_blocks, "the first heap's thread would have to come by first");
	hak_slab_release_empty_own(second);

	/* Announced while it was nobody's. */
	hak_remote_announce_any(s);
	again = make_slab(second, sc, &q);
	CHECK(again == s);
	send(stranger, s, q);
	hak_remote_collect_own(second);
	CHECK(s->n_free == s->n_blocks);
	hak_slab_release_empty_own(second);

	/* Handed over between the announcement and the look at it. */
	s = make_slab(first, sc, &p);
	send(stranger, s, p);
	hak_slab_move_own(first, second, s);
	hak_remote_forward_any(first);
	hak_remote_collect_own(second);
	CHECK(s->n_free == s->n_blocks);

	/* Made anew by the same heap as another class, with as many words, after a late announcement. */
	hak_slab_release_empty_own(second);
	s = make_slab(first, sc, &p);
	send(stranger, s, p);
	hak_remote_collect_own(first);
	hak_remote_announce_any(s);
	hak_slab_release_empty_own(first);
	again = make_slab(first, sc - 1, &q);
	CHECK(again == s);
	send(stranger, s, q);
	hak_remote_collect_class_own(first, sc - 1);
	CHECK(s->n_free == s->n_blocks, "announced as what it was");
	settle();
	check_all_home();
	return 0;
}
