/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 40 */
/*
 * A program of one thread and a timer whose handler does the program's own work now and then: it frees what it finds,
 * and forks a child that allocates, frees and ends. The program replaces blocks of all sizes meanwhile, in other
 * classes than those that are freed.
 */
#include "handler.h"
#include <sys/time.h>

static size_t n_forks;

static void be_child(size_t seed)
{
	uint64_t random = seed + 1;

	signal(SIGALRM, SIG_DFL);
	alarm(20);
	storm_end = 0;
	replace_until_end(random, any_size, any_size);
	_exit(0);
}

static void handler(int number)
{
	size_t n = __atomic_add_fetch(&n_handled, 1, __ATOMIC_RELAXED);
	int error = errno, status;
	pid_t child;

	(void)number;
	free(take_letter(n));
	if (n % 10 == 0) {
		child = fork();
		CHECK(child >= 0);
		if (child == 0)
			be_child(n);
		while (waitpid(child, &status, 0) != child)
			CHECK(errno == EINTR);
		CHECK(status == 0, "child: wait status %#x", (unsigned)status);
		n_forks++;
	}
	free(take_letter(n + 1));
	errno = error;
}

int main(void)
{
	struct itimerval every = { { 0, 200 }, { 0, 200 } }, never = { { 0, 0 }, { 0, 0 } };

	install(SIGALRM, handler);
	storm_end = now() + 2.5;
	CHECK(setitimer(ITIMER_REAL, &every, NULL) == 0);
	replace_until_end(7, size_of_work, size_of_handler);
	CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
	CHECK(n_forks > 10, "%zu forks", n_forks);
	return 0;
}
