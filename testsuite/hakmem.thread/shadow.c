/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-args: 4 1 */
/* hak-timeout: 90 */
/*
 * Random operations of the whole family by four threads on blocks they share, each block's contents
 * known and checked. Arguments: seconds, seed.
 */
#include "work.h"

#define N_THREADS 4
#define N_SLOTS 3000

struct slot {
	pthread_mutex_t lock;
	unsigned char *p;
	size_t n;
	uint64_t seed;
};
static struct slot slots[N_SLOTS];
static double end;
static unsigned long first_seed;

static size_t some_size(uint64_t *random)
{
	uint64_t r = rnd(random) % 1000;

	if (r < 2)
		return rnd_size(random, MIB(6));
	return rnd_size(random, r < 30 ? KIB(300) : r < 200 ? 10000 : 1024);
}

static void verify(const struct slot *slot, size_t n, const char *when)
{
	size_t right = n > KIB(32) ? filled_thin(slot->p, n, slot->seed) : filled(slot->p, n, slot->seed);

	CHECK(right == n, "%s: byte %zu of %zu at %p (seed %lu)", when, right, slot->n, (void *)slot->p,
	      first_seed);
}

static void write_new(struct slot *slot, uint64_t *random)
{
	slot->seed = rnd(random);
	fill_thin(slot->p, slot->n, slot->seed);
	if (slot->n <= KIB(64))
		fill(slot->p, slot->n, slot->seed);
	CHECK(malloc_usable_size(slot->p) >= slot->n);
}

static void new_block(struct slot *slot, uint64_t *random)
{
	size_t alignment = (size_t)1 << rnd(random) % 17;
	void *p = NULL;

	slot->n = some_size(random);
	switch (rnd(random) % 8) {
	case 0:
		slot->p = calloc(1, slot->n);
		CHECK(slot->p);
		CHECK(zeroed(slot->p, slot->n) == slot->n, "calloc(%zu) at %zu", slot->n,
		      zeroed(slot->p, slot->n));
		break;
	case 1:
		slot->p = aligned_alloc(alignment, slot->n);
		CHECK((uintptr_t)slot->p % alignment == 0);
		break;
	case 2:
		if (alignment < sizeof(void *))
			alignment = sizeof(void *);
		CHECK(posix_memalign(&p, alignment, slot->n) == 0);
		CHECK((uintptr_t)p % alignment == 0);
		slot->p = p;
		break;
	default:
		slot->p = malloc(slot->n);
	}
	CHECK(slot->p);
	write_new(slot, random);
}

static void resize(struct slot *slot, uint64_t *random)
{
	size_t n = some_size(random), both = n < slot->n ? n : slot->n;

	slot->p = realloc(slot->p, n);
	CHECK(slot->p);
	verify(slot, both <= KIB(32) && slot->n > KIB(64) ? (both < 64 ? both : 64) : both, "after realloc");
	slot->n = n;
	write_new(slot, random);
}

static void *work(void *arg_)
{
	uint64_t random = first_seed * 1000 + (size_t)arg_;
	unsigned long i;

	for (i = 0; i % 256 || now() < end; i++) {
		struct slot *slot = &slots[rnd(&random) % N_SLOTS];

		pthread_mutex_lock(&slot->lock);
		if (!slot->p) {
			new_block(slot, &random);
		} else {
			verify(slot, slot->n, "before use");
			if (rnd(&random) % 4 == 0) {
				resize(slot, &random);
			} else {
				free(slot->p);
				slot->p = NULL;
			}
		}
		pthread_mutex_unlock(&slot->lock);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[N_THREADS];
	size_t i;

	end = now() + (double)arg(argc, argv, 1, 4);
	first_seed = arg(argc, argv, 2, 1);
	for (i = 0; i < N_SLOTS; i++)
		pthread_mutex_init(&slots[i].lock, NULL);
	for (i = 0; i < N_THREADS; i++)
		threads[i] = start(work, (void *)i);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < N_SLOTS; i++) {
		if (slots[i].p)
			verify(&slots[i], slots[i].n, "at the end");
		free(slots[i].p);
	}
	return 0;
}
