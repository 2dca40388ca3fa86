/* SPDX-License-Identifier: MIT */
/*
 * Owns: one thread of our own, which the C library knows nothing of. pthread_create() cannot be called from malloc or
 *       free: the C library frees memory while it holds the lock that creating a thread needs.
 * Threads: start: any, but for one object by one thread at a time.
 * Locks: none.
 * V1 The thread has a block of zeros for thread-local storage, where errno and our own variables find room, and
 *    nothing else. It may call syscall(), memset() and memmove(), and no other function of the C library.
 * V2 All signals are blocked in it. The kernel clears tid when it has left its stack for good.
 * V3 setuid() of the C library does not reach it: it has to be stopped when the program changes its user.
 */
#ifndef HAK_OS_THREAD_H
#define HAK_OS_THREAD_H

#include "base/attr.h"

enum { HAK_THREAD_STOP = 1, HAK_THREAD_LOOK = 2 };

struct hak_os_thread {
	uint32_t tid;        /* any: 0: it does not run */
	uint32_t started_in; /* any: fork generation */
	uint32_t user;       /* any: effective user id it was started with */
	uint32_t stop;       /* any: HAK_THREAD_STOP: it is asked to end; HAK_THREAD_LOOK: to wake up */
	char *stack;         /* own: mapped at the first start, kept; its storage lies behind it */
	size_t size;         /* own: of both */
};

/* Starts run() in a thread called `name`; tls is any thread-local variable of ours. False: not now, or not on this
 * machine, or it runs already. */
bool hak_os_thread_start(struct hak_os_thread *t, const char *name, void (*run)(void), const void *tls);

/* Does it run in this process? */
bool hak_os_thread_is_there(const struct hak_os_thread *t);

/* Asks it to end if the program's user is no longer the one it was started with (V3). */
void hak_os_thread_check_user(struct hak_os_thread *t);

/* Ends its sleep, the next one if it does not sleep now. */
void hak_os_thread_wake(struct hak_os_thread *t);

/* Called by the thread: sleeps. False: it is asked to end. */
bool hak_os_thread_sleep(struct hak_os_thread *t, uint64_t ms);

#endif
