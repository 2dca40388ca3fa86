/* SPDX-License-Identifier: MIT */
/* Threads allocate and free, each other's blocks too, some without a cache, while others write all their events out: no race. */
#include "threads.h"
#include "hakmem.h"

enum { N_THREADS = 4, N_BOXES = 64 };

const char *hakmem_conf = "ring:8";

static void *boxes[N_BOXES]; /* any */
static uint32_t n_left;      /* any: threads still at work */

static void write_out(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	while (__atomic_load_n(&n_left, __ATOMIC_RELAXED) > 0)
		CHECK(hakmem_ring_write(fd) == 0);
	close(fd);
}

/* A thread without a cache. */
static void only_free(void)
{
	for (unsigned i = 0; __atomic_load_n(&n_left, __ATOMIC_RELAXED) > 0; i++)
		hakmem_free(__atomic_exchange_n(&boxes[i % N_BOXES], NULL, __ATOMIC_ACQ_REL));
}

static void run(unsigned idx)
{
	uint64_t state = idx + 1;

	if (idx == N_THREADS || idx == N_THREADS + 1) {
		write_out();
		return;
	}
	if (idx > N_THREADS + 1) {
		only_free();
		return;
	}
	for (unsigned long i = 0; i < rounds(200000); i++)
		hakmem_free(__atomic_exchange_n(&boxes[rnd(&state) % N_BOXES],
			hakmem_malloc(16 + rnd(&state) % (i % 64 == 0 ? 300000 : 2000)), __ATOMIC_ACQ_REL));
	__atomic_sub_fetch(&n_left, 1, __ATOMIC_RELAXED);
}

int main(void)
{
	n_left = N_THREADS;
	run_threads(N_THREADS + 4, run);
	CHECK(hakmem_check() == 0);
	return 0;
}
