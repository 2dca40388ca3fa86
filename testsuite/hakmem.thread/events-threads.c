/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: ring:7 */
/* hak-timeout: 120 */
/* The rings are read while threads write to them as fast as they can, and come and go: no line is torn. What a line says fits
 * together, and the events of one thread are in their order. */
#include "work.h"
#include "events.h"

enum { N_THREADS = 4, N_CLASSES = 15 };

static int is_over;
static uint16_t class_of_thread[1 << 22]; /* by the kernel's id: which class it uses; 1: several have had this id */
static void *given[N_THREADS];            /* a block for the next thread to free */

static void *work(void *arg)
{
	size_t me = (size_t)arg, size = 16 * (1 + me % N_CLASSES);

	uint16_t *class = &class_of_thread[(unsigned long)syscall(SYS_gettid) % N_OF(class_of_thread)];

	__atomic_store_n(class, *class == 0 ? size : 1, __ATOMIC_RELAXED);
	for (int round = 0; round < 50; round++) {
		void *p[2000];

		for (size_t i = 0; i < N_OF(p); i++)
			CHECK((p[i] = hide(malloc(size))) != NULL);
		for (size_t i = 0; i < N_OF(p); i++)
			free(p[i]);
		free(__atomic_exchange_n(&given[me % N_THREADS], hide(malloc(300000)), __ATOMIC_RELAXED));
	}
	return NULL;
}

static void *make_threads(void *arg)
{
	for (size_t n = (size_t)arg; !__atomic_load_n(&is_over, __ATOMIC_RELAXED); n += N_THREADS) {
		pthread_t thread = start_small(work, (void *)n, 65536);

		pthread_join(thread, NULL);
	}
	return NULL;
}

static size_t check_all(void)
{
	char *text = events_text();
	const char *at = text;
	struct event e, last = { .thread = 0 };
	size_t n = 0;

	for (; events_next(&at, &e); last = e, n++) {
		unsigned long class = __atomic_load_n(&class_of_thread[e.thread % N_OF(class_of_thread)], __ATOMIC_RELAXED);

		CHECK(e.thread != last.thread || e.when >= last.when, "%s before %s", e.what, last.what);
		if (!strcmp(e.what, "refill") || !strcmp(e.what, "flush")) {
			/* A cache that was taken over may have blocks of others to flush; libc has larger ones. */
			CHECK(class < 2 || *e.what == 'f' || e.size > 240 || e.size == class, "class %lu in thread %lu, which uses %lu", e.size,
				e.thread, class);
			CHECK(e.n <= 4096 && e.address % 16 == 0 && e.address != 0);
		} else if (!strcmp(e.what, "run") || !strcmp(e.what, "run_free")) {
			CHECK(e.size >= 300000 && e.size < 400000 && e.address % 4096 == 0, "a run of %lu at %lx", e.size, e.address);
		}
	}
	events_free_text(text);
	return n;
}

int main(void)
{
	pthread_t makers[N_THREADS];
	double end = now() + 3;
	size_t n = 0;

	for (size_t i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&makers[i], NULL, make_threads, (void *)i) == 0);
	while (now() < end)
		n += check_all();
	__atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
	for (size_t i = 0; i < N_THREADS; i++)
		pthread_join(makers[i], NULL);
	CHECK(n > 100, "%zu events", n);
	CHECK(hakmem_check() == 0);
	return 0;
}
