/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: on_error:report,ring:16 */
/* hak-timeout: 60 */
/* hak-stderr: ^hakmem: free\( */
/* A bad free in a signal handler, whatever its thread is amid of, is reported, with the events behind it, and all goes on: each
 * line is whole, and the heap is sound. */
#include "check.h"
#include "events.h"
#include <sys/time.h>

static char global[64] __attribute__((aligned(64)));
static volatile unsigned long n_handled;

static void handle(int signal)
{
	int saved = errno;

	(void)signal;
	/* Sizes that the main program does not use: the fast path is not made for handlers. */
	free(hide(malloc(5000 + 3000 * (n_handled % 8))));
	free(hide(malloc(300000)));
	if (n_handled++ % 64 == 0)
		free(hide(global + 16)); /* on_error:report tells it once, counts it always, and the ring has each */
	errno = saved;
}

/* What was written, line by line. */
static unsigned long count_verdicts(int fd)
{
	char *text = events_text_of(fd), *line = text, *end;
	unsigned long n = 0;
	struct event e;

	for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		const char *at = line + strlen("hakmem: ring: ");

		if (!strncmp(line, "hakmem: free(", 13))
			n++;
		else
			CHECK(!strncmp(line, "hakmem: ring: ", 14) && events_next(&at, &e) && at == end + 1, "%.80s", line);
	}
	events_free_text(text);
	return n;
}

int main(void)
{
	struct itimerval often = { { 0, 100 }, { 0, 100 } }, never = { { 0, 0 }, { 0, 0 } };
	struct sigaction action = { .sa_handler = handle };
	uint64_t state = 1;
	double end = now() + 2;
	int fd = (int)syscall(SYS_memfd_create, "stderr", 0), old = dup(2);
	struct hakmem_stats stats;
	unsigned long n;
	char *text;

	CHECK(fd >= 0 && old >= 0 && dup2(fd, 2) == 2);
	CHECK(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &often, NULL) == 0);
	while (now() < end) {
		void *p[50];

		for (size_t i = 0; i < N_OF(p); i++)
			CHECK((p[i] = hide(malloc(16 + rnd(&state) % 1000))) != NULL);
		for (size_t i = 0; i < N_OF(p); i++)
			free(p[i]);
		free(hide(malloc(MIB(5))));
	}
	setitimer(ITIMER_REAL, &never, NULL);
	CHECK(dup2(old, 2) == 2);
	n = count_verdicts(fd);
	CHECK(n >= 1, "no line");
	hakmem_stats_get(&stats, sizeof(stats));
	CHECK(n_handled > 100 && stats.n_errors == (n_handled + 63) / 64, "%lu signals, %lu errors", n_handled,
		(unsigned long)stats.n_errors);
	text = events_text();
	for (const char *at = text; *at != '\0';) {
		struct event e;

		CHECK(events_next(&at, &e));
	}
	CHECK(hakmem_check() == 0);
	free(hide(global + 32)); /* said on the true stderr */
	return 0;
}
