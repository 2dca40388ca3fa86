/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: counts memory, of which records take most */
/* hak-link: preload */
/* hak-timeout: 120 */
/*
 * The limit at every place: RLIMIT_AS is set to what is in use plus 0, 4, 8 ... KiB, in a process
 * each, so that in turn each request for addresses is the one refused.
 */
#include "limit.h"

static void *in_thread(void *unused)
{
	size_t i;

	(void)unused;
	for (i = 0; i < 300; i++) {
		void *p;

		errno_set(0);
		p = malloc(i * 20);
		CHECK(p || errno_get() == ENOMEM);
		if (p)
			memset(p, 1, i * 20);
		free(p);
	}
	return NULL;
}

static void run(size_t more)
{
	pthread_t thread;
	size_t i;

	set_limit(RLIMIT_AS, vm_size() + more);
	for (i = 0; i < N_OF(tier_sizes); i++) {
		unsigned char *p;

		errno_set(0);
		p = i % 3 ? malloc(tier_sizes[i]) : calloc(1, tier_sizes[i]);
		if (!p) {
			CHECK(errno_get() == ENOMEM, "malloc(%zu) with %zu more", tier_sizes[i], more);
			continue;
		}
		fill_thin(p, tier_sizes[i], n_held);
		held[n_held].p = p;
		held[n_held++].n = tier_sizes[i];
	}
	if (pthread_create(&thread, NULL, in_thread, NULL) == 0)
		pthread_join(thread, NULL);
	hold_all(more, 30000);
	realloc_held(100000);
	verify_held();
	free_held();
	set_limit(RLIMIT_AS, RLIM_INFINITY);
	hold_all(1, 0 + 1000);
	verify_held();
	free_held();
	_exit(0);
}

int main(int argc, char **argv)
{
	size_t more, step = KIB(arg(argc, argv, 1, 4));
	int status;

	for (more = 0; more < MIB(80); more += step) {
		pid_t child = fork();

		CHECK(child >= 0);
		if (child == 0) {
			alarm(30);
			run(more);
		}
		CHECK(waitpid(child, &status, 0) == child);
		CHECK(status == 0, "with %zu bytes more: wait status %#x", more, (unsigned)status);
		if (more > KIB(256))
			step = KIB(192) + KIB(more / MIB(1) * 64);
	}
	return 0;
}
