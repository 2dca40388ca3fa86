/* SPDX-License-Identifier: MIT */
#include "base/check.h"

#include <errno.h>
#include <signal.h>

#include "base/atomic.h"
#include "base/call.h"
#include "base/text.h"

static uint32_t speaker; /* any: kernel id of the thread that wrote the last line, or is writing it; 0: none yet */
static uint32_t aborter; /* any: kernel id of the thread that has called the program's SIGABRT handler last */

static uint32_t own_thread_id(void)
{
	return (uint32_t)hak_call(SYS_gettid);
}

static void send_abort(void)
{
	hak_call(SYS_tgkill, hak_call(SYS_getpid), own_thread_id(), SIGABRT);
}

void hak_check_abort(void)
{
	/* The kernel's own structures: a set with SIGABRT alone, and an action of all zeros, which is SIG_DFL. */
	unsigned long set[16 / sizeof(long)] = { 1UL << (SIGABRT - 1) };
	unsigned long before[16 / sizeof(long)] = { 0 }, action[8] = { 0 };
	uint32_t me = own_thread_id();

	hak_call(SYS_rt_sigprocmask, SIG_UNBLOCK, set, before, 8);
	/* In the handler of this thread's own abort the signal is blocked: do not call the handler again, without end. */
	if ((before[0] & set[0]) == 0 || hak_load_relaxed(&aborter) != me) {
		hak_store_relaxed(&aborter, me);
		send_abort();
	}
	/* The handler returned, or there is none to call. */
	hak_call(SYS_rt_sigaction, SIGABRT, action, NULL, 8);
	send_abort();
	for (;;)
		hak_call(SYS_exit_group, 128 + SIGABRT);
}

void hak_check_enter(void)
{
	long moment[2] = { 0, 100000000 }; /* 100 ms; after a signal the kernel stores what is left */
	uint32_t me = own_thread_id(), other = 0;

	if (hak_cas_acquire(&speaker, &other, me) || other == me)
		return;
	while (hak_call(SYS_nanosleep, moment, moment) == -EINTR)
		;
	hak_store_relaxed(&speaker, me);
}

void hak_check_fail(const char *message, const char *file, int line)
{
	struct hak_text t;

	hak_check_enter();
	hak_text_open_line(&t);
	hak_text_add(&t, "hakmem: ");
	hak_text_add(&t, message);
	if (file != NULL) {
		hak_text_add(&t, " does not hold at ");
		hak_text_add(&t, file);
		hak_text_add(&t, ":");
		hak_text_add_number(&t, (uint64_t)line);
	}
	hak_text_add(&t, "\n");
	hak_text_close(&t);
	hak_check_abort();
}
