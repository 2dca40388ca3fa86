/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: guard_sample:now */
/* hak-opt: -O2 */
/* hak-timeout: 150 */
/* hak-skip-unless: echo | $CC -dM -E - | grep -q __LP64__ # other machines have other calls */
/* guard_sample chooses blocks, and for them, too, makes no system call but mmap, munmap, mremap, madvise and
 * futex; SIGSEGV has no handler. No other block has a usable size that is odd. */
#include "sandbox.h"

static void meet_sentries(void)
{
	static unsigned char *ring[3000];
	uint64_t state = 1;
	double until = now() + 60;
	unsigned n_met = 0;

	while (n_met < 20) {
		size_t i = rnd(&state) % N_OF(ring), size = 1 + rnd(&state) % 2000 * 2;

		free(ring[i]);
		ring[i] = malloc(size);
		CHECK(ring[i]);
		memset(ring[i], 1, size);
		n_met += malloc_usable_size(ring[i]) % 2;
		CHECK(n_met > 0 || now() < until, "no sentry");
	}
}

int main(void)
{
	static const int calls[] = { CALLS_ALLOWED };
	struct sigaction action;

	check_filtered("sentries", meet_sentries, calls, N_OF(calls));
	meet_sentries();
	CHECK(sigaction(SIGSEGV, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
	return 0;
}
