/* SPDX-License-Identifier: MIT */
/* Each read-modify-write, each line written and each lock taken is counted where it stands, exactly. */
#include "sites.h"
#include "os/lock.h"
#include <pthread.h>

#if HAK_COUNT
static struct {
	uint64_t word HAK_ALIGNED(HAK_LINE_SIZE);
	uint64_t next HAK_ALIGNED(HAK_LINE_SIZE);
	char more[3 * HAK_LINE_SIZE] HAK_ALIGNED(HAK_LINE_SIZE);
} shared;

static struct hak_lock lock = HAK_LOCK(HAK_RANK_META);
static uint64_t own HAK_ALIGNED(HAK_LINE_SIZE);

static void do_rmw(void)
{
	for (int i = 0; i < 10; i++)
		hak_add_relaxed(&shared.word, 1);
}

static void do_both(void)
{
	uint64_t seen = 0;

	for (int i = 0; i < 3; i++) { /* two lines in turn */
		hak_or_ordered(i % 2 == 0 ? &shared.word : &shared.next, 1);
	}
	CHECK(!hak_cas_ordered(&shared.word, &seen, 7) && seen != 0); /* a failed one is one, too */
	hak_store_release(&shared.next, 1);
}

static void do_own(void)
{
	hak_own_set(&own, 3);
	hak_own_add(&own, 4);
	CHECK(hak_load_acquire(&own) == 7);
}

static void do_lines(void)
{
	HAK_NOTE_WRITE(shared.more + 1, 2 * HAK_LINE_SIZE); /* touches three */
}

static void do_lock(void)
{
	CHECK(hak_lock_take(&lock));
	hak_store_relaxed(&shared.word, 1);
	hak_store_relaxed(&shared.word, 2); /* the same line again */
	hak_store_relaxed(&shared.next, 1);
	hak_lock_give(&lock);
}

static void *wait_for_lock(void *arg)
{
	CHECK(hak_lock_take(&lock));
	hak_lock_give(&lock);
	return arg;
}

static void *do_rmw_elsewhere(void *arg)
{
	do_rmw();
	return arg;
}

static void run_thread(void *(*run)(void *))
{
	pthread_t t;

	CHECK(pthread_create(&t, NULL, run, NULL) == 0);
	CHECK(pthread_join(t, NULL) == 0);
}
#endif

int main(void)
{
#if HAK_COUNT
	struct hak_site_counts c, before;
	pthread_t t;

	do_rmw();
	c = count_of("sites-words.c", "do_rmw");
	CHECK(c.n_rmw == 10 && c.n_lines == 10 && c.n_moved == 0 && c.n_under == 0 && c.n_other == 0 && c.n_locks == 0);
	run_thread(do_rmw_elsewhere);
	c = count_of("sites-words.c", "do_rmw");
	CHECK(c.n_rmw == 20 && c.n_lines == 20 && c.n_moved == 1 && c.n_other == 0);

	do_both();
	c = count_of("sites-words.c", "do_both");
	/* The line of word came back from the thread. */
	CHECK(c.n_rmw == 4 && c.n_lines == 5 && c.n_moved == 1 && c.n_other == 2);

	do_own();
	c = count_of("sites-words.c", "do_own");
	CHECK(c.n_rmw == 0 && c.n_lines == 0);

	do_lines();
	c = count_of("sites-words.c", "do_lines");
	CHECK(c.n_rmw == 0 && c.n_lines == 3 && c.n_other == 2);

	before = count_of("os/lock.c", "hak_lock_take");
	for (int i = 0; i < 5; i++)
		do_lock();
	c = count_of("sites-words.c", "do_lock");
	/* Inside, each time: word and next. */
	CHECK(c.n_locks == 5 && c.n_contended == 0 && c.n_inside == 10 && c.n_lines == 15 &&
		c.n_under == 15 && c.n_held <= 5);
	c = count_of("os/lock.c", "hak_lock_take");
	CHECK(c.n_rmw - before.n_rmw == 5);

	CHECK(hak_lock_take(&lock));
	CHECK(pthread_create(&t, NULL, wait_for_lock, NULL) == 0);
	for (int i = 0; i < 30000 && (hak_load_relaxed(&lock.word) & 1) == 0; i++)
		usleep(1000); /* until it sleeps at the lock */
	hak_lock_give(&lock);
	CHECK(pthread_join(t, NULL) == 0);
	c = count_of("sites-words.c", "wait_for_lock");
	CHECK(c.n_locks == 1 && c.n_contended == 1);
	c = count_of("sites-words.c", "main");
	CHECK(c.n_locks == 1 && c.n_contended == 0);
	return 0;
#else
	return refuse_site_test();
#endif
}
