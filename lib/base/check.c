/* SPDX-License-Identifier: MIT */
#include "base/check.h"

#include <signal.h>
#include <unistd.h>

#include "base/call.h"
#include "base/text.h"

static void send_abort(void)
{
	hak_call(SYS_tgkill, hak_call(SYS_getpid), hak_call(SYS_gettid), SIGABRT);
}

void hak_check_abort(void)
{
	/* The kernel's own structures: a set with SIGABRT alone, and an action of all zeros, which is SIG_DFL. */
	unsigned long set[16 / sizeof(long)] = { 1UL << (SIGABRT - 1) };
	unsigned long action[8] = { 0 };

	hak_call(SYS_rt_sigprocmask, SIG_UNBLOCK, set, NULL, 8);
	send_abort();
	/* A handler has returned, or there is none to call. */
	hak_call(SYS_rt_sigaction, SIGABRT, action, NULL, 8);
	send_abort();
	for (;;)
		hak_call(SYS_exit_group, 128 + SIGABRT);
}

void hak_check_wait(void)
{
	long second[2] = { 1, 0 };

	for (unsigned i = 0; i < 10; i++)
		hak_call(SYS_nanosleep, second, NULL);
	hak_check_abort();
}

void hak_check_fail(const char *message, const char *file, int line)
{
	struct hak_text t;

	hak_text_open(&t, STDERR_FILENO);
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
