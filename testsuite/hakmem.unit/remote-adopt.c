/* SPDX-License-Identifier: MIT */
/* hak-timeout: 120 */
/* Slabs change their owner, whole heaps at a time, while others free into them: every block still comes home. */
#include "churn.h"

#define N_THREADS 6

static pthread_mutex_t pool_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct hak_heap *pool[MAX_HEAPS];
static unsigned n_pool;

static struct hak_heap *pop_pool(void)
{
	struct hak_heap *h = NULL;

	pthread_mutex_lock(&pool_mutex);
	if (n_pool > 0)
		h = pool[--n_pool];
	pthread_mutex_unlock(&pool_mutex);
	return h;
}

static void push_pool(struct hak_heap *h)
{
	pthread_mutex_lock(&pool_mutex);
	memmove(pool + 1, pool, n_pool++ * sizeof *pool);
	pool[0] = h;
	pthread_mutex_unlock(&pool_mutex);
}

/* As a thread's end and the adoption by another one. */
static void adopt(struct hak_heap *to, struct hak_heap *from, uint64_t *state)
{
	hak_remote_collect_own(from);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		struct hak_link *lists[2] = { &from->bin[sc].open, &from->bin[sc].full };

		for (unsigned i = 0; i < 2; i++) {
			while (!hak_list_is_empty(lists[i])) {
				hak_slab_move_own(from, to,
						  HAK_MEMBER(lists[i]->next, struct hak_slab, link));
				if (rnd(state) % 8 == 0)
					break;
			}
		}
	}
	hak_remote_forward_any(from);
}

static void run(unsigned idx)
{
	struct hak_heap *h = pop_pool();
	uint64_t state = idx + 1;
	unsigned long n = rounds(2000000);

	CHECK(h != NULL);
	for (unsigned long round = 0; round < n; round++) {
		post(h, take_marked(h, (unsigned)(rnd(&state) % 6) * 8), &state);
		if (rnd(&state) % 512 == 0) {
			struct hak_heap *orphan = pop_pool();

			if (orphan != NULL) {
				adopt(h, orphan, &state);
				push_pool(orphan);
			}
		}
		if (rnd(&state) % 1024 == 0) {
			hak_remote_collect_own(h);
			hak_cache_flush_own(h);
			push_pool(h);
			while ((h = pop_pool()) == NULL)
				sched_yield();
		}
	}
	hak_cache_flush_own(h);
	push_pool(h);
}

int main(void)
{
	for (unsigned i = 0; i < N_THREADS + 4; i++)
		push_pool(make_heap());
	run_threads(N_THREADS, run);
	finish();
	return 0;
}
