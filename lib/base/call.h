/* SPDX-License-Identifier: MIT */
/*
 * Owns: system calls, made inline. libc's syscall() is a symbol like any other: some preloaded libraries define it, and
 *       take locks in it.
 * Threads: any. Async-signal-safe. Keeps errno.
 */
#ifndef HAK_BASE_CALL_H
#define HAK_BASE_CALL_H

#include <sys/syscall.h>

#include "base/attr.h"

#if defined(__x86_64__) && defined(__LP64__)

HAK_INLINE long hak_call_six(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
		: "rcx", "r11", "cc", "memory");
	return result;
}

#elif defined(__i386__)

/* The sixth argument goes by way of the stack, because it belongs in the frame pointer. */
HAK_INLINE long hak_call_six(long number, long a, long b, long c, long d, long e, long f)
{
	long result;

	__asm__ volatile("pushl %7; pushl %%ebp; movl 4(%%esp), %%ebp; int $0x80; popl %%ebp; addl $4, %%esp"
		: "=a"(result) : "0"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), "m"(f) : "cc", "memory");
	return result;
}

#elif defined(__aarch64__) || defined(__riscv) || defined(__arm__)

#if defined(__aarch64__)
#define HAK_CALL_ARG(n) "x" #n
#define HAK_CALL_NUMBER "x8"
#define HAK_CALL_KERNEL "svc 0"
#elif defined(__riscv)
#define HAK_CALL_ARG(n) "a" #n
#define HAK_CALL_NUMBER "a7"
#define HAK_CALL_KERNEL "ecall"
#else
#define HAK_CALL_ARG(n) "r" #n
#define HAK_CALL_NUMBER "r6" /* and from there into r7, which is the frame pointer of Thumb code */
#define HAK_CALL_KERNEL "mov ip, r7; mov r7, r6; svc 0; mov r7, ip"
#endif

HAK_INLINE long hak_call_six(long number, long a, long b, long c, long d, long e, long f)
{
	register long nr __asm__(HAK_CALL_NUMBER) = number;
	register long r0 __asm__(HAK_CALL_ARG(0)) = a;
	register long r1 __asm__(HAK_CALL_ARG(1)) = b;
	register long r2 __asm__(HAK_CALL_ARG(2)) = c;
	register long r3 __asm__(HAK_CALL_ARG(3)) = d;
	register long r4 __asm__(HAK_CALL_ARG(4)) = e;
	register long r5 __asm__(HAK_CALL_ARG(5)) = f;

	__asm__ volatile(HAK_CALL_KERNEL : "+r"(r0) : "r"(nr), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
		: "cc", "memory"
#if defined(__arm__)
		, "ip"
#endif
		);
	return r0;
}

#else

#include <errno.h>
#include <unistd.h>

HAK_INLINE long hak_call_six(long number, long a, long b, long c, long d, long e, long f)
{
	int saved = errno;
	long result = syscall(number, a, b, c, d, e, f);

	if (result == -1)
		result = -errno;
	errno = saved;
	return result;
}

#endif

/* hak_call(number, up to six arguments): what the kernel returns; -errno on failure. */
#define hak_call(...) hak_call_pad(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define hak_call_pad(number, a, b, c, d, e, f, ...) \
	hak_call_six((long)(number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* Is the answer -errno? For calls that return an address, which may look negative. */
HAK_INLINE bool hak_call_is_refused(long answer)
{
	return (unsigned long)answer > -4096UL;
}

#endif
