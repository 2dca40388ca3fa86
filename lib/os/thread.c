/* SPDX-License-Identifier: MIT */
#include "os/thread.h"

#include <sched.h>
#include <sys/prctl.h>

#include "base/atomic.h"
#include "base/bits.h"
#include "os/call.h"
#include "os/fork.h"
#include "os/page.h"

#define STACK_SIZE ((size_t)32 << 10) /* 32 KiB */
#define STORAGE_MARGIN ((size_t)8 << 10) /* 8 KiB beyond the farthest variable: the thread control block, for one */
#define STORAGE_MAX ((size_t)16 << 20) /* 16 MiB: a program with more thread-local storage gets no thread */

/* Sanitizers keep state of their own in thread-local storage. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define CAN_START 0
#endif
#endif
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define CAN_START 0
#endif

/* Where the thread pointer is one register, and clone() takes its value. */
#if !defined(CAN_START) && (defined(__x86_64__) || defined(__aarch64__)) && defined(__LP64__)
#define CAN_START 1
#elif !defined(CAN_START)
#define CAN_START 0
#endif

struct start {
	const char *name;
	void (*run)(void);
};

static int run_thread(void *arg)
{
	const struct start *start = arg;

	syscall(SYS_prctl, PR_SET_NAME, start->name, 0, 0, 0);
	start->run();
	return 0;
}

#if CAN_START
static char *thread_pointer(void)
{
	char *p;

#if defined(__x86_64__)
	__asm__("mov %%fs:0, %0" : "=r"(p));
#else
	__asm__("mrs %0, tpidr_el0" : "=r"(p));
#endif
	return p;
}
#else
static char *thread_pointer(void)
{
	return NULL;
}
#endif

/* How far thread-local variables lie from the thread pointer, on either side. */
static size_t storage_reach(const void *tls)
{
	const char *at[2] = { (const char *)&errno, tls };
	size_t reach = 0;

	for (unsigned i = 0; i < 2; i++) {
		ptrdiff_t off = at[i] - thread_pointer();
		size_t far = (size_t)(off < 0 ? -off : off);

		if (far > reach)
			reach = far;
	}
	return hak_round_up(reach + STORAGE_MARGIN, hak_os_page_size());
}

static bool map_stack(struct hak_os_thread *t, size_t reach)
{
	if (t->stack != NULL)
		return t->size >= STACK_SIZE + 2 * reach;
	t->size = STACK_SIZE + 2 * reach;
	t->stack = hak_os_map_guarded(t->size, "hakmem: purge");
	return t->stack != NULL;
}

bool hak_os_thread_is_there(const struct hak_os_thread *t)
{
	return hak_load_relaxed(&t->started_in) == hak_fork_generation() && hak_load_acquire(&t->tid) != 0;
}

bool hak_os_thread_start(struct hak_os_thread *t, const char *name, void (*run)(void), const void *tls)
{
	unsigned long all[16 / sizeof(long)] = { ~0UL, ~0UL }, before[16 / sizeof(long)] = { 0 };
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
		CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
	static struct start start;
	size_t reach;
	char *pointer;
	int saved = errno;
	int tid;

	if (!CAN_START || hak_os_thread_is_there(t))
		return false;
	reach = storage_reach(tls);
	if (reach > STORAGE_MAX || !map_stack(t, reach))
		return false;
	pointer = t->stack + STACK_SIZE + reach;
	*(char **)pointer = pointer; /* x86-64 finds its thread pointer there; elsewhere nobody looks */
	start = (struct start){ .name = name, .run = run };
	hak_store_relaxed(&t->stop, 0);
	hak_store_relaxed(&t->user, (uint32_t)syscall(SYS_geteuid));
	hak_store_relaxed(&t->started_in, hak_fork_generation());

	syscall(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, all, before, 8); /* V2: inherited */
	tid = clone(run_thread, t->stack + STACK_SIZE, flags, &start, &t->tid, pointer, &t->tid);
	syscall(SYS_rt_sigprocmask, 2, before, NULL, 8);
	errno = saved;
	return tid > 0;
}

void hak_os_thread_check_user(struct hak_os_thread *t)
{
	if ((uint32_t)syscall(SYS_geteuid) == hak_load_relaxed(&t->user))
		return;
	hak_store_release(&t->stop, HAK_THREAD_STOP);
	hak_call_futex_wake(&t->stop);
}

void hak_os_thread_wake(struct hak_os_thread *t)
{
	uint32_t none = 0;

	if (hak_cas_release(&t->stop, &none, HAK_THREAD_LOOK))
		hak_call_futex_wake(&t->stop);
}

bool hak_os_thread_sleep(struct hak_os_thread *t, uint64_t ms)
{
	long time[2] = { (long)(ms / 1000), (long)(ms % 1000) * 1000000 };

	uint32_t look = HAK_THREAD_LOOK;

	syscall(SYS_futex, &t->stop, 0x80 /* FUTEX_WAIT_PRIVATE */, 0, time, NULL, 0);
	hak_cas_acquire(&t->stop, &look, 0);
	return hak_load_acquire(&t->stop) != HAK_THREAD_STOP;
}
