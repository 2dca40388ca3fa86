/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: purge_delay:20 */
/* hak-timeout: 120 */
/* Blocks around and beyond 64 KiB, of which each has a slab for itself, made by one thread and freed by another, resized,
 * aligned, zeroed, while memory goes back and children are forked: each has its contents, and calloc() its zeros. */
#include "check.h"
#include <malloc.h>
#include <pthread.h>
#include <sys/wait.h>

#define N_THREADS 4
#define N_SLOTS 48

static unsigned char *slots[N_SLOTS];
static unsigned n_steps = 12000;

static size_t size_of(uint64_t *random)
{
	static const size_t most[] = { 3000, 70000, 140000, 300000, 1100000, 1600000 };

	return 1 + rnd(random) % most[rnd(random) % N_OF(most)];
}

/* The size at the beginning, and what follows from it at its end. */
static void stamp(unsigned char *p, size_t n)
{
	if (n < 32)
		memset(p, 7, malloc_usable_size(p) < 8 ? malloc_usable_size(p) : 8);
	else {
		memcpy(p, &n, sizeof n);
		memset(p + n - 8, (int)(n % 251), 8);
	}
	p[malloc_usable_size(p) - 1] = 9;
}

static void check_stamp(const unsigned char *p)
{
	size_t n, usable = malloc_usable_size((void *)p), i;

	if (usable < 48)
		return;
	memcpy(&n, p, sizeof n);
	if (n >= 0x0707070707070707) /* a small one in a larger class */
		return;
	CHECK(n >= 32 && n <= usable, "%zu of %zu", n, usable);
	for (i = n - 8; i < n; i++)
		CHECK(p[i] == n % 251 || i == usable - 1, "byte %zu of %zu", i, n);
}

static unsigned char *make(uint64_t *random)
{
	size_t n = size_of(random), i, usable;
	unsigned char *p;

	switch (rnd(random) % 4) {
	case 0:
		CHECK((p = calloc(1, n)));
		usable = malloc_usable_size(p);
		for (i = 0; i < usable; i += i + 4096 < usable ? 509 : 1)
			CHECK(p[i] == 0, "byte %zu of %zu is not 0", i, n);
		break;
	case 1:
		CHECK((p = memalign((size_t)64 << rnd(random) % 11, n)));
		break;
	default:
		CHECK((p = malloc(n)));
	}
	stamp(p, n);
	return p;
}

static void step(uint64_t *random)
{
	unsigned char *p = NULL;
	size_t n;

	if (rnd(random) % 5 > 0)
		p = make(random);
	p = __atomic_exchange_n(&slots[rnd(random) % N_SLOTS], p, __ATOMIC_ACQ_REL);
	if (!p)
		return;
	check_stamp(p);
	if (rnd(random) % 4 == 0) {
		n = size_of(random);
		CHECK((p = realloc(p, n)));
		stamp(p, n);
	}
	free(p);
}

static void *work(void *arg)
{
	uint64_t random = (uintptr_t)arg;
	unsigned i;

	for (i = 0; i < n_steps; i++) {
		step(&random);
		if (i % 1000 == 999 && random % 4 == 0)
			malloc_trim(0);
	}
	return NULL;
}

static void run(uintptr_t seed)
{
	pthread_t threads[N_THREADS];
	uintptr_t i;
	int status;
	pid_t child;

	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, (void *)(seed + i)) == 0);
	for (i = 0; i < 8; i++) {
		CHECK((child = fork()) >= 0);
		if (child == 0) {
			alarm(60);
			n_steps = 500;
			work((void *)(seed + 100 + i));
			_exit(0);
		}
		CHECK(waitpid(child, &status, 0) == child && status == 0, "a child ended with %#x", (unsigned)status);
	}
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
}

int main(void)
{
	unsigned i;

	run(1);
	for (i = 0; i < N_SLOTS; i++)
		free(slots[i]);
	return 0;
}
