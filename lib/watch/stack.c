/* SPDX-License-Identifier: MIT */
#include "watch/stack.h"

#include <dlfcn.h>
#include <errno.h>

#include "base/atomic.h"
#include "base/call.h"
#include "os/page.h"

/* Weak: a static program need not have it. */
#pragma weak dlsym

#define FRAME_MOST ((uintptr_t)1 << 20) /* bytes: a larger frame is taken for a wrong pointer */
#define ADDRESS_LEAST 4096
#define CALL_WORDS 32                   /* of stack, at most, in the frame of the function that names the caller */
#define STARTERS 4                      /* frames between main(), or a thread's function, and the stack's end */

#if defined(__x86_64__) || defined(__i386__) || defined(__aarch64__)
#define CAN_FOLLOW 1
#else
#define CAN_FOLLOW 0 /* frames have another layout */
#endif

/* The unwinder's interface, from the C++ ABI. */
struct context;
typedef int (*visitor)(struct context *context, void *arg);
enum { UNWIND_ON = 0, UNWIND_END = 5 };

static int (*backtrace)(visitor visit, void *arg); /* any: NULL: there is none */
static uintptr_t (*ip_of)(struct context *context);  /* any: set before backtrace */
static uintptr_t (*cfa_of)(struct context *context); /* likewise */

struct unwinding {
	uintptr_t *out;
	size_t n, most;
	uintptr_t frame; /* ours: frames above it are the program's, ... */
	uintptr_t site;  /* ... those from this return address on, if it is not 0 */
};

void *hak_stack_symbol(const char *name)
{
	return dlsym != NULL ? dlsym(RTLD_DEFAULT, name) : NULL;
}

static int visit_frame(struct context *context, void *arg)
{
	struct unwinding *u = arg;
	uintptr_t ip = hak_load_relaxed(&ip_of)(context);

	if (u->site != 0 ? u->n == 0 && ip != u->site : hak_load_relaxed(&cfa_of)(context) <= u->frame)
		return UNWIND_ON;
	if (ip < ADDRESS_LEAST)
		return UNWIND_END;
	u->out[u->n++] = ip;
	return u->n == u->most ? UNWIND_END : UNWIND_ON;
}

size_t hak_stack_unwind(const void *frame, uintptr_t out[HAK_PROF_DEPTH])
{
	struct unwinding u = { .out = out, .most = HAK_PROF_DEPTH, .frame = (uintptr_t)frame };
	int (*found)(visitor visit, void *arg) = hak_load_acquire(&backtrace);

	if (found != NULL)
		found(visit_frame, &u);
	return u.n;
}

size_t hak_stack_unwind_call(const void *site, uintptr_t out[HAK_PROF_FREE_DEPTH])
{
	struct unwinding u = { .out = out, .most = HAK_PROF_FREE_DEPTH, .site = (uintptr_t)site };
	int (*found)(visitor visit, void *arg) = hak_load_acquire(&backtrace);

	if (found != NULL)
		found(visit_frame, &u);
	if (u.n == 0)
		out[u.n++] = (uintptr_t)site;
	return u.n;
}

void hak_stack_prepare(void)
{
	uintptr_t frames[HAK_PROF_DEPTH];
	void *library = RTLD_DEFAULT, *found, *ip, *cfa;
	void *(*load)(const char *name, int flags);

	/* Without this function the unwinder has to take the dynamic linker's lock. */
	if (hak_load_acquire(&backtrace) != NULL || hak_stack_symbol("_dl_find_object") == NULL)
		return;
	/* By name: one more symbol to resolve would cost every program's start. */
	*(void **)&load = hak_stack_symbol("dlopen");
	if (hak_stack_symbol("_Unwind_Backtrace") == NULL && load != NULL)
		library = load("libgcc_s.so.1", RTLD_NOW | RTLD_LOCAL);
	found = dlsym(library, "_Unwind_Backtrace");
	ip = dlsym(library, "_Unwind_GetIP");
	cfa = dlsym(library, "_Unwind_GetCFA");
	if (found == NULL || ip == NULL || cfa == NULL)
		return;
	hak_store_relaxed((void **)&ip_of, ip);
	hak_store_relaxed((void **)&cfa_of, cfa);
	/* Release: pairs with hak_stack_unwind(). */
	hak_store_release((void **)&backtrace, found);
	hak_stack_unwind(__builtin_frame_address(0), frames);
}

/* The kernel reads the signal set before it rejects the first argument. */
static bool is_readable(const void *p)
{
	return hak_call(SYS_rt_sigprocmask, -1, p, NULL, 8) != -EFAULT;
}

static uintptr_t page_of(const uintptr_t *p)
{
	return (uintptr_t)p / ADDRESS_LEAST;
}

/* Without the signature that pointer authentication puts into the upper bits. */
static uintptr_t plain(uintptr_t address)
{
#ifdef __aarch64__
	address &= ((uintptr_t)1 << HAK_ADDRESS_BITS) - 1;
#endif
	return address;
}

__attribute__((no_sanitize("address")))
size_t hak_stack_follow(const void *frame, uintptr_t out[HAK_PROF_DEPTH])
{
	const uintptr_t *at = frame, *next;
	uintptr_t readable = page_of(at);
	size_t n = 0;

	if (!CAN_FOLLOW || at == NULL || hak_os_is_advice_void()) /* is_readable() does not work in emulators */
		return 0;
	while (n < HAK_PROF_DEPTH && plain(at[1]) >= ADDRESS_LEAST) {
		out[n++] = plain(at[1]);
		next = (const uintptr_t *)at[0];
		if (next <= at || (uintptr_t)next - (uintptr_t)at > FRAME_MOST || (uintptr_t)next % sizeof *next != 0)
			break;
		if (page_of(next + 1) != readable && !(is_readable(next) && is_readable(next + 1)))
			break;
		readable = page_of(next + 1);
		at = next;
	}
	return n;
}

__attribute__((no_sanitize("address")))
const void *hak_stack_frame_of(const struct hak_caller *caller)
{
	const uintptr_t *at = (const uintptr_t *)(const void *)(caller + 1);

	/* Up to the return address; nothing behind it is read. */
	for (unsigned i = 0; CAN_FOLLOW && i < CALL_WORDS; i++)
		if (plain(at[i]) == (uintptr_t)caller->site)
			return &at[i] - 1;
	return NULL;
}

bool hak_stack_is_true(const uintptr_t *followed, size_t n_followed, const uintptr_t *unwound, size_t n_unwound)
{
	/* The last address may be wrong: there the register may have held another value already. */
	size_t n = n_followed < n_unwound ? n_followed : n_unwound;

	if (n < 3 || n_unwound > n_followed + STARTERS)
		return false;
	for (size_t i = 0; i < n - 1; i++)
		if (followed[i] != unwound[i])
			return false;
	return true;
}
