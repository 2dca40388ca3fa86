/* SPDX-License-Identifier: MIT */
/*
 * Owns: four ways to state a condition that must hold.
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

/* Does what abort() does, without looking up that symbol: sends SIGABRT to this thread, even if it is blocked. Called
 * from the SIGABRT handler, it ends the process without running the handler again. */
_Noreturn void hak_check_abort(void) HAK_COLD;

/* Called before writing a line that is followed by an abort. If several threads fail together, the first one's abort
 * ends the process: others wait a moment for it, but not for long, since a handler may keep the process alive. */
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
