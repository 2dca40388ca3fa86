/* SPDX-License-Identifier: MIT */
/* hak-plain: expects the events of runs, refills and flushes */
/* hak-link: shared */
/* hak-conf: ring:50,purge_delay:-1 */
/* ring:50 keeps the last 50 events of a thread, not one more, with thread, size class and address, in their order;
 * hakmem_ring_write() writes them, says what is wrong by errno, and does not allocate. */
#include "check.h"
#include "events.h"
#include <pthread.h>

static void *kept[3000];

static void refuse(int fd, int error)
{
	errno_set(0);
	CHECK(hakmem_ring_write(fd) == -1);
	CHECK(errno_get() == error, "not %d", error);
}

static unsigned count(const char *text)
{
	struct event e, last = { .when = 0 };
	unsigned n = 0;

	for (; events_next(&text, &e); last = e) {
		if (e.thread != (unsigned long)getpid())
			continue;
		CHECK(e.when >= last.when, "%s before %s", e.what, last.what);
		n++;
	}
	return n;
}

static void *free_all(void *unused)
{
	(void)unused;
	free(kept[0]); /* a thread without a cache: this is all that it does */
	return NULL;
}

int main(void)
{
	struct hakmem_stats before, after;
	pthread_t thread;
	void *run, *large;
	char *text;

	refuse(-1, EBADF);
	free(hide(malloc(100)));
	refuse(open("/dev/full", O_WRONLY), ENOSPC);

	/* What is not in slabs. */
	run = hide(malloc(300000));
	large = hide(malloc(MIB(9)));
	CHECK(run && large);
	text = events_text();
	CHECK(events_has(text, "run", 0, run) && events_has(text, "large", 0, large));
	CHECK(!events_has(text, "run_free", 0, run) && !events_has(text, "large_free", 0, large));
	events_free_text(text);
	free(run);
	free(large);
	text = events_text();
	CHECK(events_has(text, "run_free", 0, run) && events_has(text, "large_free", 0, large));
	events_free_text(text);

	/* Many refills, then as many flushes. */
	for (size_t i = 0; i < N_OF(kept); i++)
		CHECK((kept[i] = hide(malloc(2000))) != NULL);
	text = events_text();
	CHECK(strstr(text, " refill class 2048 slots ") != NULL);
	CHECK(strstr(text, " slab class 2048 address ") != NULL);
	CHECK(count(text) == 50, "%u events", count(text));
	events_free_text(text);
	for (size_t i = 1; i < N_OF(kept); i++)
		free(kept[i]);
	text = events_text();
	CHECK(strstr(text, " flush class 2048 blocks ") != NULL);
	CHECK(count(text) == 50, "%u events", count(text));
	events_free_text(text);

	CHECK(pthread_create(&thread, NULL, free_all, NULL) == 0 && pthread_join(thread, NULL) == 0);
	text = events_text();
	CHECK(strstr(text, " remote class 2048 address ") != NULL, "a thread without a cache");
	events_free_text(text);

	hakmem_trim(0);
	text = events_text();
	CHECK(strstr(text, " purge address ") != NULL);
	events_free_text(text);

	hakmem_stats_get(&before, sizeof(before));
	events_free_text(events_text());
	hakmem_stats_get(&after, sizeof(after));
	CHECK(before.allocated == after.allocated && before.cached == after.cached, "writing the events allocates");
	CHECK(hakmem_check() == 0);
	return 0;
}
