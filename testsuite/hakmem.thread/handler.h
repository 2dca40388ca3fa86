/* SPDX-License-Identifier: MIT */
/*
 * What the tests of signal handlers that use the heap share: threads that replace blocks, contents checked, and a storm
 * of signals on them, in which handlers interrupt handlers.
 */
#ifndef HANDLER_H
#define HANDLER_H
#include "work.h"
#include <signal.h>
#include <sys/wait.h>

#define N_WORKERS 2
#define N_LETTERS 64

static double storm_end;
static size_t n_handled;

static const int storm_signals[] = { SIGUSR1, SIGUSR2, SIGWINCH };

/* Sizes for the threads, in every tier, and others for their handlers, which are in none of the same classes. */
UNUSED static size_t pick_size(uint64_t *random, const size_t (*ranges)[2], size_t n_ranges)
{
	const size_t *range = ranges[rnd(random) % 40 ? 0 : 1 + rnd(random) % (n_ranges - 1)];

	return range[0] + (size_t)(rnd(random) % (range[1] - range[0]));
}

UNUSED static size_t size_of_work(uint64_t *random)
{
	static const size_t ranges[][2] = { { 1, 1000 }, { 5000, 19000 }, { 300000, MIB(1) }, { MIB(4), MIB(6) } };

	return pick_size(random, ranges, N_OF(ranges));
}

UNUSED static size_t size_of_handler(uint64_t *random)
{
	static const size_t ranges[][2] = { { 1200, 4000 }, { 24000, 60000 }, { 70000, 250000 }, { MIB(2), MIB(3) } };

	return pick_size(random, ranges, N_OF(ranges));
}

/* The same, and in none of the classes of another signal's handler: they interrupt each other, too. */
UNUSED static size_t size_of_signal(int number, uint64_t *random)
{
	static const size_t ranges[N_OF(storm_signals)][4][2] = {
		{ { 1200, 1500 }, { 24000, 28000 }, { 70000, 90000 }, { MIB(2), MIB(3) } },
		{ { 1700, 2300 }, { 33000, 40000 }, { 100000, 120000 }, { MIB(2), MIB(3) } },
		{ { 2600, 4000 }, { 45000, 60000 }, { 140000, 250000 }, { MIB(2), MIB(3) } },
	};
	size_t i = 0;

	while (storm_signals[i] != number)
		i++;
	return pick_size(random, ranges[i], N_OF(ranges[i]));
}

UNUSED static size_t any_size(uint64_t *random)
{
	return rnd(random) % 2 ? size_of_work(random) : size_of_handler(random);
}

/* Blocks laid out for the handlers; the first words say how long they are. */
static size_t *letters[N_LETTERS];

/* Not while a handler may come that frees them: a cache's own few instructions for one class are not for two at a time. */
UNUSED static void lay_out(uint64_t *random, size_t n)
{
	sigset_t all, before;
	size_t *p;

	sigfillset(&all);
	CHECK(pthread_sigmask(SIG_BLOCK, &all, &before) == 0);
	p = malloc(n + sizeof(size_t));
	CHECK(p);
	*p = n;
	fill_thin(p + 1, n, n);
	free(__atomic_exchange_n(&letters[rnd(random) % N_LETTERS], p, __ATOMIC_ACQ_REL));
	CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
}

/* One of them, its contents checked, or NULL. */
UNUSED static void *take_letter(size_t number)
{
	size_t *p = __atomic_exchange_n(&letters[number % N_LETTERS], NULL, __ATOMIC_ACQ_REL);

	if (p)
		CHECK(filled_thin(p + 1, *p, *p) == *p, "a block laid out for a handler");
	return p;
}

/* Replaces random blocks until the time is up. size() gives the sizes; those for the handlers letter_size(). */
UNUSED static void replace_until_end(uint64_t random, size_t (*size)(uint64_t *), size_t (*letter_size)(uint64_t *))
{
	unsigned char *p[150] = { NULL };
	size_t n[150] = { 0 }, i, k;

	for (i = 0; i % 64 || now() < storm_end; i++) {
		k = rnd(&random) % N_OF(p);
		if (p[k])
			CHECK(filled_thin(p[k], n[k], k) == n[k], "a block of %zu", n[k]);
		if (p[k] && i % 5 == 0) {
			size_t n_new = size(&random), n_same = n_new < n[k] ? n_new : n[k];

			p[k] = realloc(p[k], n_new);
			CHECK(p[k] && filled_thin(p[k], n_same, k) == n_same);
			n[k] = n_new;
		} else {
			free(p[k]);
			n[k] = size(&random);
			p[k] = i % 7 ? malloc(n[k]) : calloc(n[k], 1);
			CHECK(p[k] && (i % 7 || n[k] > 5000 || zeroed(p[k], n[k]) == n[k]));
		}
		fill_thin(p[k], n[k], k);
		if (letter_size && i % 3 == 0)
			lay_out(&random, letter_size(&random));
	}
	for (k = 0; k < N_OF(p); k++)
		free(p[k]);
}

UNUSED static void install(int number, void (*handler)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = SA_RESTART; /* an empty mask: another one may come amid this one */
	CHECK(sigaction(number, &action, NULL) == 0);
}

/* Three signals fall on workers, and on the handlers of one another, for so many seconds. */
UNUSED static void storm(void *(*work)(void *), void (*handler)(int), double seconds)
{
	pthread_t threads[N_WORKERS];
	size_t i;

	for (i = 0; i < N_OF(storm_signals); i++)
		install(storm_signals[i], handler);
	storm_end = now() + seconds;
	for (i = 0; i < N_WORKERS; i++)
		threads[i] = start(work, (void *)i);
	for (i = 0; now() < storm_end - 0.1; i++) {
		pthread_kill(threads[i % N_WORKERS], storm_signals[i / N_WORKERS % N_OF(storm_signals)]);
		usleep(60);
	}
	for (i = 0; i < N_WORKERS; i++)
		pthread_join(threads[i], NULL);
	CHECK(n_handled > 500, "%zu signals", n_handled);
}

#endif
