/* SPDX-License-Identifier: MIT */
/*
 * Owns: the system calls, through libc's syscall(): one symbol for the dynamic linker to look up at every start of
 *       every program, instead of a dozen. They set errno as libc's own wrappers do.
 */
#ifndef HAK_OS_CALL_H
#define HAK_OS_CALL_H

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/attr.h"

HAK_INLINE void *hak_call_mmap(size_t size, int protection, int flags)
{
#ifdef SYS_mmap2
	return (void *)syscall(SYS_mmap2, NULL, size, protection, flags, -1, 0L);
#elif defined(__s390x__)
	/* One argument there: where the six are. */
	const unsigned long args[6] = { 0, size, (unsigned long)protection, (unsigned long)flags, ~0UL, 0 };

	return (void *)syscall(SYS_mmap, args);
#else
	return (void *)syscall(SYS_mmap, NULL, size, protection, flags, -1, 0L);
#endif
}

HAK_INLINE bool hak_call_munmap(void *p, size_t size)
{
	return syscall(SYS_munmap, p, size) == 0;
}

HAK_INLINE bool hak_call_mprotect(void *p, size_t size, int protection)
{
	return syscall(SYS_mprotect, p, size, protection) == 0;
}

HAK_INLINE bool hak_call_madvise(void *p, size_t size, int advice)
{
	return syscall(SYS_madvise, p, size, advice) == 0;
}

/* to: NULL to stay in place. */
HAK_INLINE bool hak_call_mremap(void *p, size_t old_size, size_t new_size, void *to)
{
	long flags = to != NULL ? MREMAP_MAYMOVE | MREMAP_FIXED : 0;

	return (void *)syscall(SYS_mremap, p, old_size, new_size, flags, to) != MAP_FAILED;
}

/* Sleeps while *word is value, and wakes one that does; both within this process, and keeping errno. */
HAK_INLINE void hak_call_futex_wait(uint32_t *word, uint32_t value)
{
	int saved = errno;

	syscall(SYS_futex, word, 0x80 /* FUTEX_WAIT_PRIVATE */, value, NULL, NULL, 0);
	errno = saved;
}

HAK_INLINE void hak_call_futex_wake(uint32_t *word)
{
	int saved = errno;

	syscall(SYS_futex, word, 0x81 /* FUTEX_WAKE_PRIVATE */, 1, NULL, NULL, 0);
	errno = saved;
}

#endif
