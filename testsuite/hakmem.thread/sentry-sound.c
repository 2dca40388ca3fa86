/* SPDX-License-Identifier: MIT */
/* hak-plain: there are no sentries */
/* hak-link: preload */
/* hak-conf: guard_sample:now */
/* hak-opt: -O2 */
/* hak-timeout: 400 */
/* A hundred million correct operations or more in four threads, blocks going from one to another, while guard_sample chooses some: contents
 * stay, nothing is reported, and the process has less than 100 mappings more than without. */
#include "check.h"
#include <pthread.h>

#define N_THREADS 4
#define N_OPERATIONS 100000000UL /* allocations and frees, by all */
#define MOST 3000

static unsigned char *shared[1000];
static unsigned long n_met;
static int is_enough; /* any: the threads may end once they have done their part */

/* The first bytes tell the size, and all others depend on it. */
static void *make(uint64_t *state)
{
	size_t size = 17 + 2 * (rnd(state) % (rnd(state) % 64 ? 100 : MOST));
	unsigned char *p = malloc(size);

	CHECK(p);
	memcpy(p, &size, sizeof(size));
	memset(p + sizeof(size), (int)(size / 2 & 255), size - sizeof(size));
	if (malloc_usable_size(p) % 2)
		__atomic_fetch_add(&n_met, 1, __ATOMIC_RELAXED);
	return p;
}

static void drop(unsigned char *p)
{
	size_t size;

	if (!p)
		return;
	memcpy(&size, p, sizeof(size));
	CHECK(size % 2 && size < 3 * MOST && malloc_usable_size(p) >= size, "size %zu", size);
	CHECK(p[sizeof(size)] == (size / 2 & 255) && p[size - 1] == (size / 2 & 255) && p[size / 2 + 4] == (size / 2 & 255));
	free(p);
}

static void *work(void *seed)
{
	unsigned char *ring[500] = { NULL };
	uint64_t state = (uintptr_t)seed;
	unsigned long n;

	for (n = 0; n < N_OPERATIONS / 2 / N_THREADS || !__atomic_load_n(&is_enough, __ATOMIC_RELAXED); n++) {
		size_t i = rnd(&state) % N_OF(ring);

		if (n % 64 == 0) {
			drop(__atomic_exchange_n(&shared[rnd(&state) % N_OF(shared)], make(&state), __ATOMIC_ACQ_REL));
		} else {
			drop(ring[i]);
			ring[i] = make(&state);
		}
	}
	for (n = 0; n < N_OF(ring); n++)
		drop(ring[n]);
	return NULL;
}

/* Reads without allocating. */
static unsigned count_mappings(void)
{
	static char text[65536];
	int fd = open("/proc/self/maps", O_RDONLY);
	unsigned n_lines = 0;
	ssize_t n;

	CHECK(fd >= 0);
	while ((n = read(fd, text, sizeof(text))) > 0)
		while (n-- > 0)
			n_lines += text[n] == '\n';
	close(fd);
	return n_lines;
}

int main(void)
{
	pthread_t threads[N_THREADS];
	unsigned n_before, n_after;
	uintptr_t i;

	for (i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, (void *)(i + 1)) == 0);
	usleep(200000); /* the heap is there, sentries are not yet */
	n_before = count_mappings();
	sleep(3);
	n_after = count_mappings();
	for (i = 0; i < 60 && __atomic_load_n(&n_met, __ATOMIC_RELAXED) < 10; i++)
		sleep(1);
	__atomic_store_n(&is_enough, 1, __ATOMIC_RELAXED);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < N_OF(shared); i++)
		drop(shared[i]);
	CHECK(n_after < n_before + 100, "%u mappings, then %u", n_before, n_after);
	CHECK(n_met >= 10, "%lu sentries met", n_met);
	return 0;
}
