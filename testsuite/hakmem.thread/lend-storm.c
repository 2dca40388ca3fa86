/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: diet:true */
/* hak-timeout: 120 */
/* Slabs move to other heaps while threads start and end in theirs, and while their blocks are freed by everybody. */
#include "work.h"
#include <hakmem.h>
#include <stdatomic.h>

#define N_ROUNDS 1000
#define N_OWN 700
#define N_SHARED 4096
#define N_SWING 8000

static _Atomic(size_t *) shared[N_SHARED];

static size_t *make(uint64_t *random)
{
	size_t n = 16 + (rnd(random) >> 20) % (rnd(random) % 8 == 0 ? 2000 : 200);
	size_t *p = malloc(n);

	CHECK(p);
	p[0] = n;
	((unsigned char *)p)[n - 1] = 1;
	return p;
}

static void drop(size_t *p)
{
	if (p == NULL)
		return;
	CHECK(p[0] >= 16 && p[0] < 2016 && ((unsigned char *)p)[p[0] - 1] == 1);
	p[0] = 0;
	free(p);
}

/* Half of what a thread makes outlives it. */
static void *live_shortly(void *arg_)
{
	uint64_t random = (uintptr_t)arg_;
	size_t *own[N_OWN];

	for (size_t i = 0; i < N_OWN; i++)
		own[i] = make(&random);
	for (size_t i = 0; i < N_OWN; i++)
		drop(i % 2 == 0 ? own[i] : atomic_exchange(&shared[(rnd(&random) >> 20) % N_SHARED], own[i]));
	return NULL;
}

/* Needs slabs, and gives them back, all the time. */
static void swing(uint64_t *random)
{
	static size_t *blocks[N_SWING];
	size_t n = (rnd(random) >> 20) % N_SWING;

	for (size_t i = 0; i < n; i++)
		blocks[i] = make(random);
	for (size_t i = 0; i < n; i++)
		drop(i % 16 == 0 ? atomic_exchange(&shared[(rnd(random) >> 20) % N_SHARED], blocks[i]) : blocks[i]);
}

int main(void)
{
	uint64_t random = 1;

	for (uintptr_t i = 0; i < N_ROUNDS; i++) {
		pthread_t first = start(live_shortly, (void *)(2 * i + 1)), second;

		swing(&random);
		second = start(live_shortly, (void *)(2 * i + 2));
		pthread_join(first, NULL);
		swing(&random);
		pthread_join(second, NULL);
		if (i % 16 == 0)
			malloc_trim(0);
	}
	CHECK(hakmem_check() == 0);
	for (size_t i = 0; i < N_SHARED; i++)
		drop(shared[i]);
	CHECK(hakmem_check() == 0);
	return 0;
}
