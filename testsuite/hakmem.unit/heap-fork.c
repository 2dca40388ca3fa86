/* SPDX-License-Identifier: MIT */
/* hak-libs: -Wl,--wrap=hak_registry_put */
/* A heap's lock is held at a fork, and its lists are half changed: the child lists and counts all of its slabs anew, from
 * their bitmaps, and loses nothing. So it does in a grandchild. Slabs that were not listed yet it leaves to who made them. */
#include "threads.h"
#include "caches.h"
#include "tiny/hole.h"
#include "tiny/group.h"

#include <sys/wait.h>

#define N 3000
#define N_CLASSES_HERE 5

static const unsigned classes[N_CLASSES_HERE] = { 0, 7, 30, 50, HAK_N_CLASSES - 1 };
static void *blocks[N];
static struct hak_heap *h, *other;
static struct hak_cache *mine, *stranger;
static struct counts before[N_CLASSES_HERE];
static struct hak_slab *unlisted[N_CLASSES_HERE];

void __real_hak_registry_put(const void *base, size_t n, struct hak_span *span);
void __wrap_hak_registry_put(const void *base, size_t n, struct hak_span *span);

/* Until a slab is found by its address no heap owns it: a child would list it, and hand out blocks that nobody can free. */
void __wrap_hak_registry_put(const void *base, size_t n, struct hak_span *span)
{
	CHECK(span->kind != HAK_KIND_SLAB || ((struct hak_slab *)span)->owner == &hak_heap_none);
	__real_hak_registry_put(base, n, span);
}

/* Any of a slab's links may lead anywhere, any count be wrong. */
static void spoil_locked(unsigned kind)
{
	for (unsigned i = 0; i < N_CLASSES_HERE; i++) {
		struct hak_bin *bin = &h->bin[classes[i]];
		struct hak_slab *s = HAK_MEMBER((hak_list_is_empty(&bin->open) ? &bin->full : &bin->open)->next, struct hak_slab, link);

		switch (kind % 6) {
		case 0: /* out of one list, and not yet in another */
			hak_list_remove(&s->link);
			break;
		case 1: /* bits taken, and not yet counted */
			for (unsigned w = 0; w < s->n_words; w++)
				s->bits[w] &= ~(uint64_t)0xff;
			break;
		case 2:
			s->n_free = 7;
			s->first_word = s->n_words;
			bin->n_empty += 3;
			bin->n_slabs = 0;
			break;
		case 3:
			s->link.next = s->link.prev = NULL;
			bin->open.next = &s->link;
			bin->full.prev = NULL;
			break;
		case 4: /* announced, and in no list: a collecting thread had the whole of it in hand */
			h->pending[classes[i]] = NULL;
			break;
		default: /* in news by half */
			h->n_news += 5;
			h->n_round = 9;
			h->news.next = &s->in_news;
			s->in_news.next = NULL;
			s->news = HAK_NEWS_AGED;
			s->hole_at = s->n_blocks;
		}
	}
}

static bool is_always(void *unused)
{
	(void)unused;
	return true;
}

/* In this process, and by several threads at once; one of them finds out that there are remote frees to be collected, while
 * another announces more. */
static void use(unsigned idx)
{
	struct hak_cache *c = caches[2 + idx];

	if (idx == 0)
		hak_remote_restart(h);
	for (unsigned i = idx; idx > 0 && i < N; i += 3)
		give_block(c, blocks[i]);

	for (unsigned round = 0; round < 20; round++) {
		void *p[200];

		for (unsigned i = 0; i < N_OF(p); i++)
			memset(p[i] = take_block(c, classes[i % N_CLASSES_HERE]), 1, 16);
		for (unsigned i = 0; i < N_OF(p); i++)
			give_block(c, p[i]);
	}
}

static void check_repaired(unsigned kind)
{
	hak_heap_lock(h);
	hak_heap_unlock(h);
	check_news(h);
	for (unsigned i = 0; i < N_CLASSES_HERE; i++) {
		struct hak_bin *bin = &h->bin[classes[i]];
		unsigned n_lost = 0;
		struct counts mine = { 0 };

		for (const struct hak_slab *s = hak_group_first_slab_any(); s != NULL; s = s->next)
			n_lost += s->owner == h && s->span.sc == classes[i];
		count_list(h, &bin->open, true, &mine);
		count_list(h, &bin->full, false, &mine);
		CHECK(bin->n_slabs == n_lost && bin->n_empty == mine.n_empty && mine.n_slabs == n_lost);
		if (kind % 6 != 1) { /* there, blocks were in somebody's hands */
			struct counts now = count_class(classes[i]);

			if (unlisted[i] != NULL) {
				now.blocks -= unlisted[i]->n_blocks;
				now.free -= unlisted[i]->n_blocks;
				now.n_slabs--;
				now.n_empty--;
			}
			CHECK(memcmp(&now, &before[i], sizeof now) == 0);
		}
	}
	run_threads(3, use);
	for (unsigned i = 0; i < N; i += 3)
		give_block(i % 2 ? mine : stranger, blocks[i]);
	hak_hole_purge_any(h, 1000, 0, true, is_always, NULL);
	settle();
	if (kind % 6 != 1)
		check_all_home();
}

static void run_child(unsigned kind, unsigned depth);

static void fork_amid(unsigned kind, unsigned depth)
{
	int status;
	pid_t pid;

	for (unsigned i = 0; kind % 6 == 0 && depth == kind / 6 && i < N_CLASSES_HERE; i++)
		CHECK((unlisted[i] = hak_slab_make_any(h, classes[i])) != NULL);
	fflush(NULL);
	hak_heap_lock(h);
	spoil_locked(kind);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		alarm(100);
		hak_lock_held = 0; /* as no real thread forks with a lock of its own */
		run_child(kind, depth);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0, "kind %u, depth %u: status %d", kind, depth, status);
	_exit(0);
}

static void run_child(unsigned kind, unsigned depth)
{
	hak_heap_lock(h); /* repaired */
	for (unsigned i = 0; depth == 0 && i < N_CLASSES_HERE && unlisted[i] != NULL; i++)
		hak_slab_list_locked(h, unlisted[i]); /* as a thread does that was about to, when its handler forked */
	hak_heap_unlock(h);
	if (depth > 0)
		fork_amid(kind, depth - 1); /* spoiled again */
	check_repaired(kind);
}

int main(void)
{
	h = make_heap();
	other = h->next = make_heap();
	mine = make_cache(h);
	stranger = make_cache(other);
	for (unsigned i = 0; i < 3; i++)
		make_cache(i % 2 ? other : h);
	for (unsigned i = 0; i < N; i++)
		blocks[i] = take_block(mine, classes[i % N_CLASSES_HERE]);
	/* Full slabs, open ones, empty ones; cached blocks, blocks on their way. */
	for (unsigned i = 0; i < N; i++)
		if (i / 100 % 3 > 0)
			give_block(i / 100 % 3 == 1 ? mine : stranger, blocks[i]);
	for (unsigned i = 0; i < N; i++)
		if (i / 100 % 3 > 0)
			blocks[i] = take_block(stranger, classes[i % N_CLASSES_HERE]);
	for (unsigned i = 0; i < N_CLASSES_HERE; i++)
		before[i] = count_class(classes[i]);
	CHECK(before[0].in_flight > 0 && before[0].cached > 0 && before[0].alive == N / N_CLASSES_HERE);
	for (unsigned kind = 0; kind < 12; kind++) {
		int status;
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0)
			fork_amid(kind, kind / 6);
		CHECK(waitpid(pid, &status, 0) == pid && status == 0, "kind %u: status %d", kind, status);
	}
	check_repaired(0);
	return 0;
}
