/* SPDX-License-Identifier: MIT */
/*
 * Correct operations of two threads, half of whose blocks the other one frees, in sizes of up to 64 KiB: no verdict, and contents
 * and alignment are as they have to be. HAK_SOAK says how many. Each test that includes this makes them in a mode of its own.
 */
#ifndef SOAK_H
#define SOAK_H
#include "work.h"
#include <hakmem.h>

#define N_OPS 2000000 /* by default */
#define N_SLOTS 2048
#define SOAK_MOST KIB(64)

struct soak {
	struct ring ring; /* to the other one, to be freed */
	unsigned char *p[N_SLOTS];
	size_t n[N_SLOTS];
	uint64_t random, n_ops;
};

static struct soak soaks[2];

static uint64_t mark_of(const struct soak *s, size_t slot)
{
	return ((uintptr_t)&s->p[slot] | 1) * 0x9e3779b97f4a7c15u;
}

static size_t marked(size_t n)
{
	return n < sizeof(uint64_t) ? n : sizeof(uint64_t);
}

/* At the start, and at the end unless it overlaps that. */
static void put_marks(unsigned char *p, size_t n, uint64_t mark)
{
	memcpy(p, &mark, marked(n));
	if (n >= 2 * sizeof(mark))
		memcpy(p + n - sizeof(mark), &mark, sizeof(mark));
}

static void check_marks(const unsigned char *p, size_t n, uint64_t mark)
{
	CHECK(memcmp(p, &mark, marked(n)) == 0, "the start of %p, of %zu bytes", (const void *)p, n);
	CHECK(n < 2 * sizeof(mark) || memcmp(p + n - sizeof(mark), &mark, sizeof(mark)) == 0, "the end of %p, of %zu bytes",
	      (const void *)p, n);
}

static unsigned char *soak_take(struct soak *s, size_t n)
{
	uint64_t what = rnd(&s->random) >> 32, zeros[2] = { 0, 0 };
	size_t alignment = (size_t)16 << what / 16 % 9;
	unsigned char *p;

	switch (what % 16) {
	case 0:
	case 1:
		CHECK(p = calloc(1, n));
		CHECK(memcmp(p, zeros, marked(n)) == 0 && memcmp(p + n - marked(n), zeros, marked(n)) == 0, "calloc(%zu)", n);
		return p;
	case 2:
		CHECK(p = aligned_alloc(alignment, n));
		CHECK((uintptr_t)hide(p) % alignment == 0, "aligned_alloc(%zu, %zu) gives %p", alignment, n, (void *)p);
		return p;
	default:
		CHECK(p = malloc(n));
		return p;
	}
}

static void soak_resize(struct soak *s, size_t slot, uint64_t mark)
{
	size_t n = rnd_size(&s->random, SOAK_MOST), n_kept = n < s->n[slot] ? n : s->n[slot];

	CHECK(s->p[slot] = realloc(s->p[slot], n));
	CHECK(memcmp(s->p[slot], &mark, marked(n_kept)) == 0, "realloc to %zu", n);
	s->n[slot] = n;
	put_marks(s->p[slot], n, mark);
}

/* What the other one sent. */
static void soak_receive(struct soak *s)
{
	struct ring *from = &soaks[s == soaks].ring;
	uint64_t mark = 0;
	unsigned char *p;
	size_t n;

	while ((p = ring_get(from, &n))) {
		if (n >= sizeof(mark)) {
			memcpy(&mark, p, sizeof(mark));
			check_marks(p, n, mark);
		}
		free(p);
		s->n_ops++;
	}
}

static void soak_op(struct soak *s)
{
	size_t slot = (size_t)(rnd(&s->random) >> 20) % N_SLOTS;
	uint64_t mark = mark_of(s, slot);

	s->n_ops++;
	if (!s->p[slot]) {
		s->n[slot] = rnd_size(&s->random, SOAK_MOST);
		s->p[slot] = soak_take(s, s->n[slot]);
		put_marks(s->p[slot], s->n[slot], mark);
		return;
	}
	check_marks(s->p[slot], s->n[slot], mark);
	if (rnd(&s->random) >> 40 & 3) {
		if ((rnd(&s->random) >> 40 & 1) == 0 || !ring_put(&s->ring, s->p[slot], s->n[slot]))
			free(s->p[slot]);
		s->p[slot] = NULL;
	} else {
		soak_resize(s, slot, mark);
	}
}

static uint64_t soak_length(void)
{
	const char *asked = getenv("HAK_SOAK");

	return asked ? strtoull(asked, NULL, 0) : N_OPS;
}

static void *soak_work(void *arg_)
{
	struct soak *s = arg_;
	uint64_t most = soak_length() / N_OF(soaks);

	while (s->n_ops < most) {
		unsigned i;

		for (i = 0; i < 256; i++)
			soak_op(s);
		soak_receive(s);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[N_OF(soaks)];
	struct hakmem_stats stats;
	size_t i, slot;

	for (i = 0; i < N_OF(soaks); i++) {
		soaks[i].random = i + 1;
		threads[i] = start(soak_work, &soaks[i]);
	}
	for (i = 0; i < N_OF(soaks); i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < N_OF(soaks); i++) {
		soak_receive(&soaks[i]);
		for (slot = 0; slot < N_SLOTS; slot++)
			free(soaks[i].p[slot]);
	}
	CHECK(hakmem_check() == 0);
	CHECK(hakmem_stats_get(&stats, sizeof(stats)) == sizeof(stats) && stats.n_errors == 0);
	return 0;
}

#endif
