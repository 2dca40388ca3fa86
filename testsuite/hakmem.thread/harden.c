/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:hardened */
/* hak-timeout: 120 */
/* profile:hardened: threads take, resize and free each other's blocks of all sizes, some end without freeing theirs, some fork, and
 * signal handlers allocate amid it: no verdict, no two blocks overlap, nothing is lost, and the statistics are exact. */
#include "check.h"
#include <hakmem.h>
#include <pthread.h>
#include <sys/time.h>
#include <sys/wait.h>

#define N_THREADS 8
#define N_SLOTS 600
#define N_ROUNDS 30000

struct block {
	unsigned char *p;
	size_t n;
	uint64_t seed;
};

static struct block slots[N_SLOTS];
static pthread_mutex_t locks[N_SLOTS];

static void check_block(const struct block *b)
{
	CHECK(malloc_usable_size(b->p) == b->n, "%zu of %zu", malloc_usable_size(b->p), b->n);
	CHECK(filled_thin(b->p, b->n, b->seed) == b->n, "a block of %zu was written to", b->n);
}

static size_t size_of(uint64_t *random)
{
	return rnd(random) % 300 ? rnd_size(random, 3000) : rnd_size(random, 400000);
}

static void step(struct block *b, uint64_t *random)
{
	size_t n = size_of(random), kept;
	unsigned char *p;

	if (b->p && rnd(random) % 3 == 0) {
		check_block(b);
		CHECK(p = realloc(b->p, n));
		kept = n < b->n ? n : b->n;
		CHECK(filled_thin(p, kept, b->seed) == kept, "a block of %zu resized to %zu", b->n, n);
		CHECK(n <= b->n || zeroed(p + b->n, n - b->n) == n - b->n, "what %zu grew by to %zu", b->n, n);
		b->p = p;
	} else {
		if (b->p)
			check_block(b);
		free(b->p);
		CHECK(b->p = rnd(random) % 2 ? malloc(n) : aligned_alloc(64, n));
		CHECK(zeroed(b->p, n) == n, "byte %zu of %zu", zeroed(b->p, n), n);
	}
	b->n = n;
	b->seed = rnd(random);
	fill_thin(b->p, n, b->seed);
}

static void work_in_child(uint64_t random)
{
	unsigned i;

	for (i = 0; i < 2000; i++) {
		size_t n = size_of(&random);
		void *p = malloc(n);

		CHECK(p && zeroed(p, n) == n);
		free(p);
	}
	_exit(hakmem_check() != 0);
}

static void *work(void *arg_)
{
	uint64_t random = (uintptr_t)arg_ * 77 + 1;
	unsigned i;

	for (i = 0; i < N_ROUNDS; i++) {
		size_t k = rnd(&random) % N_SLOTS;

		pthread_mutex_lock(&locks[k]);
		step(&slots[k], &random);
		pthread_mutex_unlock(&locks[k]);
		if (i % 5000 == 700) {
			int status;
			pid_t child = fork();

			if (child == 0)
				work_in_child(random);
			CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0, "child: %#x", (unsigned)status);
		}
	}
	return NULL;
}

static void handle(int signal_)
{
	void *p = malloc((size_t)signal_ * 10);

	if (!p || zeroed(p, (size_t)signal_ * 10) != (size_t)signal_ * 10)
		abort();
	free(p);
}

static uint64_t live_blocks(void)
{
	struct hakmem_class_stats c;
	uint64_t n = 0;
	unsigned i;

	for (i = 0; hakmem_class_stats_get(i, &c, sizeof(c)) > 0; i++)
		n += c.n_live;
	return n;
}

int main(void)
{
	struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, never = { { 0, 0 }, { 0, 0 } };
	struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };
	pthread_t threads[N_THREADS];
	struct hakmem_stats stats;
	uint64_t n_before = live_blocks(), n_small = 0;
	size_t i;

	for (i = 0; i < N_SLOTS; i++)
		pthread_mutex_init(&locks[i], NULL);
	CHECK(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &often, NULL) == 0);
	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	setitimer(ITIMER_REAL, &never, NULL);
	for (i = 0; i < N_SLOTS; i++) {
		if (!slots[i].p)
			continue;
		check_block(&slots[i]);
		n_small += slots[i].n < KIB(64) - 16;
	}
	/* Besides, libc may have kept something for threads. */
	CHECK(live_blocks() - n_before >= n_small && live_blocks() - n_before <= n_small + 4 * N_THREADS, "%llu blocks alive, not %llu",
	      (unsigned long long)(live_blocks() - n_before), (unsigned long long)n_small);
	CHECK(hakmem_check() == 0);
	for (i = 0; i < N_SLOTS; i++)
		free(slots[i].p);
	CHECK(live_blocks() - n_before <= 4 * N_THREADS, "%llu blocks alive", (unsigned long long)(live_blocks() - n_before));
	hakmem_stats_get(&stats, sizeof(stats));
	CHECK(stats.n_errors == 0);
	CHECK(hakmem_check() == 0);
	return 0;
}
