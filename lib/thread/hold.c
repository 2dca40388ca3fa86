/* SPDX-License-Identifier: MIT */
#include "thread/hold.h"

#include <errno.h>

#include "os/call.h"
#include "os/fork.h"

#define MEMBARRIER_EXPEDITED 8           /* MEMBARRIER_CMD_PRIVATE_EXPEDITED */
#define MEMBARRIER_REGISTER_EXPEDITED 16 /* MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED */
#define N_TRIES 20                       /* naps that a busy thread is waited for */

static uint32_t registered_in; /* any: the generation that may use membarrier(); 0: none yet */

static bool call_membarrier(int command)
{
	int saved = errno;
	bool is_done = syscall(SYS_membarrier, command, 0, 0) == 0;

	errno = saved;
	return is_done;
}

bool hak_hold_can_claim(void)
{
	uint32_t generation = hak_fork_generation();

	if (hak_load_relaxed(&registered_in) == generation)
		return true;
	if (!call_membarrier(MEMBARRIER_REGISTER_EXPEDITED))
		return false;
	hak_store_relaxed(&registered_in, generation);
	return true;
}

bool hak_hold_barrier(void)
{
	return hak_hold_can_claim() && call_membarrier(MEMBARRIER_EXPEDITED);
}

static void nap(void)
{
	long time[2] = { 0, 50000 }; /* 50 µs */
	int saved = errno;

	syscall(SYS_nanosleep, time, NULL);
	errno = saved;
}

bool hak_hold_wait(struct hak_heap *h)
{
	for (;;) {
		uint32_t purger = hak_load_acquire(&h->revoked);

		if (purger == 0)
			return true;
		if (purger != hak_fork_generation())
			return false;
		hak_store_release(&h->is_busy, false);
		hak_call_futex_wait(&h->revoked, purger);
		hak_own_set(&h->is_busy, true);
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	}
}

bool hak_hold_claim(struct hak_heap *h)
{
	if (!hak_hold_can_claim())
		return false;
	hak_store_ordered(&h->revoked, hak_fork_generation());
	if (call_membarrier(MEMBARRIER_EXPEDITED)) { /* K1 */
		for (unsigned i = 0; i < N_TRIES; i++) {
			/* Acquire: pairs with hak_hold_give(). */
			if (!hak_load_acquire(&h->is_busy))
				return true;
			nap();
		}
	}
	hak_hold_unclaim(h);
	return false;
}

void hak_hold_unclaim(struct hak_heap *h)
{
	/* Release: pairs with hak_hold_take(). */
	hak_store_release(&h->revoked, 0);
	hak_call_futex_wake(&h->revoked);
}
