/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-cflags: -falign-functions=1024 */
/* hak-timeout: 120 */
/* A child goes on with its parent's profile, whatever the parent's other threads were amid of: what the parent allocated is
 * there, what the child frees is gone, what it allocates comes in, and writing ends. */
#include "check.h"
#include "prof.h"
#include <pthread.h>
#include <sys/wait.h>

enum { N_KEPT = 400, N_FORKS = 300 };

static void *kept[N_KEPT];
static int is_over;

PLANTED static void plant(void)
{
	for (int i = 0; i < N_KEPT; i++)
		CHECK((kept[i] = hide(malloc(5000 + (size_t)i))) != NULL);
}

static unsigned long count(void)
{
	char *text = prof_text();
	struct prof_sums sums = prof_sum(text, (void *)plant);

	prof_free_text(text);
	return sums.n_samples;
}

static void *load(void *arg)
{
	uint64_t state = (uintptr_t)arg;

	while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
		void *p[40];

		for (size_t i = 0; i < N_OF(p); i++)
			p[i] = hide(malloc(rnd_size(&state, 300000)));
		for (size_t i = 0; i < N_OF(p); i++)
			free(p[i]);
	}
	return NULL;
}

static void be_child(void)
{
	uint64_t state = 5;

	CHECK(count() == N_KEPT, "the child finds %lu samples", count());
	for (int i = 0; i < N_KEPT; i++)
		free(kept[i]);
	CHECK(count() == 0, "%lu samples are left", count());
	plant();
	CHECK(count() == N_KEPT, "%lu samples of the child's own", count());
	for (int i = 0; i < 300; i++)
		free(hide(malloc(rnd_size(&state, 300000))));
	CHECK(hakmem_check() == 0);
	_exit(0);
}

int main(void)
{
	pthread_t threads[3];

	CHECK(hakmem_option_set("prof_interval", "1") == 0);
	CHECK(hakmem_prof_start() == 0);
	plant();
	for (size_t i = 0; i < N_OF(threads); i++)
		CHECK(pthread_create(&threads[i], NULL, load, (void *)(i + 1)) == 0);
	for (int i = 0; i < N_FORKS; i++) {
		int status;
		pid_t child = i % 2 ? fork() : bare_fork();

		CHECK(child >= 0);
		if (child == 0)
			be_child();
		CHECK(waitpid(child, &status, 0) == child && status == 0, "the child ended with %x", status);
	}
	__atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
	for (size_t i = 0; i < N_OF(threads); i++)
		pthread_join(threads[i], NULL);
	CHECK(count() == N_KEPT);
	return 0;
}
