/* SPDX-License-Identifier: MIT */
/* hak-plain: counts resident bytes */
/* hak-link: shared */
/* hak-args: 10000 */
/* hak-timeout: 120 */
/* The profile goes on and off 10,000 times under four threads' load, read now and then, in forked children too: nothing
 * hangs, the heap stays sound, and afterwards no memory of the profile's is left. */
#include "check.h"
#include "prof.h"
#include <pthread.h>
#include <sys/wait.h>

enum { N_THREADS = 4, N_BLOCKS = 512 };

static int is_over;

static void *load(void *arg)
{
	uint64_t state = (uintptr_t)arg;
	void *block[N_BLOCKS] = { NULL };

	while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
		size_t i = rnd(&state) % N_BLOCKS;
		size_t size = rnd_size(&state, rnd(&state) % 64 ? 4000 : 900000);

		if (rnd(&state) % 4 == 0) {
			void *p = realloc(block[i], size);

			CHECK(p != NULL);
			block[i] = p;
		} else {
			free(block[i]);
			block[i] = hide(malloc(size));
		}
	}
	for (size_t i = 0; i < N_BLOCKS; i++)
		free(block[i]);
	return NULL;
}

static void toggle(unsigned long n, unsigned long n_fork)
{
	int fd = open("/dev/null", O_WRONLY);

	for (unsigned long i = 0; i < n; i++) {
		CHECK(hakmem_prof_start() == 0);
		if (i % 50 == 7)
			CHECK(hakmem_prof_write(fd, (enum hakmem_prof_format)(i / 50 % 3)) == 0);
		if (n_fork && i % n_fork == 0) {
			int status;
			pid_t child = fork();

			CHECK(child >= 0);
			if (child == 0) {
				uint64_t state = i + 1;

				for (int k = 0; k < 2000; k++)
					free(hide(malloc(rnd_size(&state, 300000))));
				toggle(20, 0);
				CHECK(hakmem_check() == 0);
				_exit(0);
			}
			CHECK(waitpid(child, &status, 0) == child && status == 0, "the child ended with %x", status);
		}
		CHECK(hakmem_prof_stop() == 0);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	pthread_t thread[N_THREADS];
	struct hakmem_stats before, after;

	hakmem_stats_get(&before, sizeof(before));
	CHECK(hakmem_option_set("prof_interval", "4K") == 0);
	for (size_t i = 0; i < N_THREADS; i++)
		CHECK(pthread_create(&thread[i], NULL, load, (void *)(i + 1)) == 0);
	toggle(arg(argc, argv, 1, 1000), 100);
	__atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
	for (size_t i = 0; i < N_THREADS; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	CHECK(hakmem_check() == 0);
	hakmem_trim(0);
	hakmem_stats_get(&after, sizeof(after));
	CHECK(after.metadata < before.metadata + MIB(4), "%llu bytes", (unsigned long long)after.metadata);
	return 0;
}
