/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/* A timer's signal handler forks, whatever function of the family it interrupted; the child allocates. */
#include "child.h"
#include <sys/time.h>

#define N_FORKS 1000

static volatile sig_atomic_t n_forks;

/* Once: where children take longer than that, all would come from one place. */
static void set_timer(void)
{
	struct itimerval once = { { 0, 0 }, { 0, 500 + (n_forks * 37) % 400 } };

	CHECK(setitimer(ITIMER_REAL, &once, NULL) == 0);
}

static void handler(int number)
{
	int error = errno;
	pid_t pid;

	(void)number;
	pid = fork();
	if (pid == 0) {
		signal(SIGALRM, SIG_DFL);
		alarm(CHILD_SECONDS);
		use_heap((uint64_t)n_forks);
		_exit(0);
	}
	wait_child(pid);
	n_forks++;
	set_timer();
	errno = error;
}

int main(int argc, char **argv)
{
	int n_wanted = (int)arg(argc, argv, 1, N_FORKS);
	struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct sigaction action;
	uint64_t random = 5;
	void *p[300] = { NULL };
	size_t n[300] = { 0 }, k;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = SA_RESTART;
	CHECK(sigaction(SIGALRM, &action, NULL) == 0);
	set_timer();
	while (n_forks < n_wanted) {
		k = rnd(&random) % N_OF(p);
		if (p[k])
			CHECK(filled_thin(p[k], n[k], k) == n[k]);
		if (rnd(&random) % 4 == 0) {
			n[k] = rnd_size(&random, 400000);
			p[k] = realloc(p[k], n[k]);
		} else {
			free(p[k]);
			n[k] = rnd_size(&random, rnd(&random) % 20 ? 2000 : 400000);
			p[k] = malloc(n[k]);
		}
		CHECK(p[k]);
		fill_thin(p[k], n[k], k);
	}
	CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
	for (k = 0; k < N_OF(p); k++)
		free(p[k]);
	return 0;
}
