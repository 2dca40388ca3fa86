/* SPDX-License-Identifier: MIT */
/* Owns: the kernel's memory and futex calls, by name. All of them keep errno. */
#ifndef HAK_OS_CALL_H
#define HAK_OS_CALL_H

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/call.h"

/* At near, if that is free and not NULL, otherwise anywhere. MAP_FAILED if the kernel refuses. */
HAK_INLINE void *hak_call_mmap(void *near, size_t size, int protection, int flags)
{
#ifdef SYS_mmap2
	long p = hak_call(SYS_mmap2, near, size, protection, flags, -1, 0);
#elif defined(__s390x__)
	/* There it takes one argument, a pointer to the six. */
	const unsigned long args[6] = { (unsigned long)near, size, (unsigned long)protection, (unsigned long)flags, ~0UL, 0 };
	long p = hak_call(SYS_mmap, args);
#else
	long p = hak_call(SYS_mmap, near, size, protection, flags, -1, 0);
#endif

	return hak_call_is_refused(p) ? MAP_FAILED : (void *)p;
}

/* A file's first bytes, shared, to read and write. */
HAK_INLINE void *hak_call_mmap_file(int fd, size_t size)
{
#ifdef SYS_mmap2
	long p = hak_call(SYS_mmap2, 0, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
#elif defined(__s390x__)
	const unsigned long args[6] = { 0, size, PROT_READ | PROT_WRITE, MAP_SHARED, (unsigned long)fd, 0 };
	long p = hak_call(SYS_mmap, args);
#else
	long p = hak_call(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
#endif

	return hak_call_is_refused(p) ? MAP_FAILED : (void *)p;
}

HAK_INLINE bool hak_call_munmap(void *p, size_t size)
{
	return hak_call(SYS_munmap, p, size) == 0;
}

/* Replaces OS pages of a mapping by zeroed ones with this protection. A filter for malloc's sake has to allow this call,
 * unlike mprotect(). */
HAK_INLINE bool hak_call_map_over(void *p, size_t size, int protection)
{
	return hak_call_mmap(p, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED) != MAP_FAILED;
}

HAK_INLINE bool hak_call_madvise(void *p, size_t size, int advice)
{
	return hak_call(SYS_madvise, p, size, advice) == 0;
}

/* to: NULL to stay in place. */
HAK_INLINE bool hak_call_mremap(void *p, size_t old_size, size_t new_size, void *to)
{
	long flags = to != NULL ? MREMAP_MAYMOVE | MREMAP_FIXED : 0;

	return !hak_call_is_refused(hak_call(SYS_mremap, p, old_size, new_size, flags, to));
}

/* To where the kernel likes. NULL: refused. */
HAK_INLINE void *hak_call_mremap_anywhere(void *p, size_t old_size, size_t new_size)
{
	long to = hak_call(SYS_mremap, p, old_size, new_size, MREMAP_MAYMOVE, 0);

	return hak_call_is_refused(to) ? NULL : (void *)to;
}

/* _wait sleeps while *word is value; _wake wakes one such sleeper. Within this process only. */
HAK_INLINE void hak_call_futex_wait(uint32_t *word, uint32_t value)
{
	hak_call(SYS_futex, word, 0x80 /* FUTEX_WAIT_PRIVATE */, value);
}

HAK_INLINE void hak_call_futex_wake(uint32_t *word)
{
	hak_call(SYS_futex, word, 0x81 /* FUTEX_WAKE_PRIVATE */, 1);
}

/* Which processors the process may use, as bits. Less than 0: minus an errno. */
HAK_INLINE long hak_call_getaffinity(size_t size, uint64_t *mask)
{
	return hak_call(SYS_sched_getaffinity, 0, size, mask);
}

#endif
