/* SPDX-License-Identifier: MIT */
/*
 * What hakmem-run --no-deepbind preloads after the library: a dlopen() that clears RTLD_DEEPBIND. With that flag, a plug-in
 * looks for malloc in its own libraries first and gets libc's, whatever is preloaded or linked; then one malloc's blocks
 * reach the other's free().
 *
 * The real dlopen() searches its caller's RUNPATH, and finds its caller by the return address. So it must be reached by a
 * jump, not a call: a sibling call, which the optimiser makes here at any level.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <dlfcn.h>
#include <stddef.h>

#ifndef RTLD_DEEPBIND
#define RTLD_DEEPBIND 0 /* musl has none */
#endif

typedef void *dlopen_function(const char *file, int flags);

#if defined(__clang__)
#define JUMP __attribute__((musttail))
#define OPTIMISED
#else
#define JUMP
#define OPTIMISED __attribute__((optimize("O2,optimize-sibling-calls")))
#endif

static dlopen_function *real; /* any */

__attribute__((noinline)) static dlopen_function *find_real(void)
{
	dlopen_function *found = (dlopen_function *)dlsym(RTLD_NEXT, "dlopen");

	__atomic_store_n(&real, found, __ATOMIC_RELAXED);
	return found;
}

OPTIMISED __attribute__((visibility("default"))) void *dlopen(const char *file, int flags)
{
	dlopen_function *to = __atomic_load_n(&real, __ATOMIC_RELAXED);

	if (to == NULL)
		to = find_real();
	JUMP return to(file, flags & ~RTLD_DEEPBIND);
}
