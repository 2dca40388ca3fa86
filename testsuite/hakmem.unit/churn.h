/* SPDX-License-Identifier: MIT */
/*
 * Threads with caches made by hand, of one heap or of several, pass blocks to each other through mailboxes and free what
 * they find there. Each block says in its first words whether it is alive: nothing is handed out twice, nothing is freed
 * twice, and when all is home, nothing is lost.
 */
#ifndef CHURN_H
#define CHURN_H

#include "threads.h"
#include "caches.h"

#include <sched.h>

#define N_MAILBOXES 64

static uint64_t *mailboxes[N_MAILBOXES]; /* any */
static const uint64_t dead = 0xdeadu;

UNUSED static uint64_t *take_marked(struct hak_cache *c, unsigned sc)
{
	uint64_t *p = take_block(c, sc);

	CHECK(p[1] != (uintptr_t)p, "handed out twice");
	p[1] = (uintptr_t)p;
	return p;
}

UNUSED static void give_marked(struct hak_cache *c, uint64_t *p)
{
	CHECK(p[1] == (uintptr_t)p, "freed twice");
	p[1] = dead;
	give_block(c, p);
}

/* Puts p into some mailbox and frees what was there. */
UNUSED static void post(struct hak_cache *c, uint64_t *p, uint64_t *state)
{
	p = __atomic_exchange_n(&mailboxes[rnd(state) % N_MAILBOXES], p, __ATOMIC_ACQ_REL);
	if (p != NULL)
		give_marked(c, p);
	/* Few processors, many threads: the mail has to come from others. */
	if (rnd(state) % 32 == 0)
		sched_yield();
}

/* At the end, by one thread: everything in mailboxes goes, and then nothing may be left. n_least: blocks that must have gone
 * to other heaps. */
UNUSED static void finish(uint64_t n_least)
{
	uint64_t n_sent = 0;

	for (unsigned i = 0; i < n_caches; i++)
		n_sent += caches[i]->n_remote;
	CHECK(n_sent >= n_least, "only %d blocks went to other heaps", (int)n_sent);
	for (unsigned i = 0; i < N_MAILBOXES; i++) {
		if (mailboxes[i] != NULL)
			give_marked(caches[i % n_caches], mailboxes[i]);
		mailboxes[i] = NULL;
	}
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		CHECK(count_class(sc).alive == 0);
	settle();
	check_all_home();
}

#endif
