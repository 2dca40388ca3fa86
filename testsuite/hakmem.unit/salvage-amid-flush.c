/* SPDX-License-Identifier: MIT */
/* A child salvages the cache of a thread that was just giving blocks back when it vanished, some of which another thread had
 * taken already: none is had twice. */
#include "threads.h"
#include "caches.h"
#include "region/slices.h"

#include <sys/wait.h>

#define N 4000

static struct hak_cache *giver, *taker;
static void *taken[N];

/* Waits for the slices' lock with its last slab but one on the way there. */
static void *flush(void *unused)
{
	giver->is_busy = true;
	hak_cache_flush_own(giver);
	giver->is_busy = false;
	return unused;
}

static int is_held, is_over;

/* As somebody who takes slices for long. */
static void *hold(void *unused)
{
	hak_slices_lock();
	hak_store_release(&is_held, 1);
	while (!hak_load_acquire(&is_over))
		usleep(1000);
	hak_slices_unlock();
	return unused;
}

static void check_once(unsigned sc)
{
	unsigned n = 0;

	hak_cache_salvage_own(giver);
	count_class(sc);
	while (n < N)
		taken[n++] = take_block(taker, sc); /* it checks that none was alive */
	CHECK(count_class(sc).alive == N);
}

int main(void)
{
	unsigned sc = hak_class_of(1024), n = 0;
	struct hak_heap *h = make_heap();
	struct hak_bin *bin = &h->bin[sc];
	pthread_t thread, holder;
	int status;
	pid_t pid;

	giver = make_cache(h);
	taker = make_cache(h);
	while (bin->n_slabs < 4)
		taken[n++] = take_block(taker, sc);
	while (n > 0)
		give_block(giver, taken[--n]);
	hak_cache_flush_own(taker);
	CHECK(hak_cache_count_any(giver, sc) > 64 && bin->n_slabs > 2);

	CHECK(pthread_create(&holder, NULL, hold, NULL) == 0);
	while (!hak_load_acquire(&is_held))
		usleep(1000);
	CHECK(pthread_create(&thread, NULL, flush, NULL) == 0);
	/* They are home, and the thread does not know it yet. */
	for (;;) {
		bool is_home;

		hak_heap_lock(h);
		is_home = bin->n_empty > 0 && bin->n_slabs == 1;
		hak_heap_unlock(h);
		if (is_home)
			break;
		usleep(1000);
	}
	usleep(10000);
	for (n = 0; n < 40; n++)
		taken[n] = take_block(taker, sc);
	for (unsigned i = 0; i < n; i++)
		give_block(taker, taken[i]);
	CHECK(hak_cache_count_any(taker, sc) >= 40);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		alarm(60);
		check_once(sc);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0, "status %d", status);
	hak_store_release(&is_over, 1);
	pthread_join(holder, NULL);
	pthread_join(thread, NULL);
	settle();
	check_all_home();
	return 0;
}
