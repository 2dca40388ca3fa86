/* SPDX-License-Identifier: MIT */
/*
 * Owns: the four words for a condition that has to hold.
 *   HAK_STATIC(c)       at compile time
 *   HAK_ASSERT(c)       in debug builds, one fact a line
 *   HAK_AUDIT(x)        in audit builds: runs x, which walks a whole structure
 *   HAK_REQUIRE(c, s)   always, on miss paths: one line on stderr, then abort()
 */
#ifndef HAK_BASE_CHECK_H
#define HAK_BASE_CHECK_H

#include "base/attr.h"

/* One line on stderr, "hakmem: MESSAGE", then abort(). Async-signal-safe. */
_Noreturn void hak_check_fail(const char *message, const char *file, int line) HAK_COLD;

/* What abort() does, without its symbol to look up: SIGABRT to this thread, whatever blocks or handles it. Called in the
 * handler, it ends the process without it. */
_Noreturn void hak_check_abort(void) HAK_COLD;

/* Before a line that an abort follows. Threads that fail together die by the first one's: another thread's is waited
 * for, a moment, since a handler may keep the process alive; the caller's own is not. */
void hak_check_enter(void) HAK_COLD;

#define HAK_STATIC(c) _Static_assert(c, #c)

#define HAK_REQUIRE(c, message) \
	do { \
		if (HAK_UNLIKELY(!(c))) \
			hak_check_fail(message, NULL, 0); \
	} while (0)

#define HAK_ASSERT(c) \
	do { \
		if (HAK_DEBUG && HAK_UNLIKELY(!(c))) \
			hak_check_fail(#c, __FILE__, __LINE__); \
	} while (0)

#define HAK_AUDIT(x) \
	do { \
		if (HAK_AUDIT_BUILD) \
			x; \
	} while (0)

#endif
