/* SPDX-License-Identifier: MIT */
/* hak-plain: there are no sentries */
/* hak-link: preload */
/* hak-conf: guard_sample:now */
/* hak-skip-unless: echo | $CC -E -dM - | grep -q '__x86_64__\|__aarch64__' */
/* The stack of a sentry is found by frame pointers. Code without them may keep anything where they would be, such as the mask -16:
 * whatever it is, it is not read unless it points into the stack. */
#include "check.h"
#include <limits.h>
#include <malloc.h>

#define SIZE 100

static const long values[] = { -16, -8, -24, -1, 0, 8, 16, 4096, LONG_MAX, LONG_MIN, LONG_MAX - 7, LONG_MIN + 8 };

/* malloc(size), with value in the frame pointer. */
__attribute__((noinline)) static void *take(size_t size, long value)
{
	void *p;

#ifdef __x86_64__
	__asm__ volatile("pushq %%rbp\n\tmovq %%rsp, %%rbx\n\tandq $-16, %%rsp\n\tmovq %2, %%rbp\n\tcall malloc@plt\n\t"
			 "movq %%rbx, %%rsp\n\tpopq %%rbp"
			 : "=a"(p), "+D"(size) : "r"(value)
			 : "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory", "cc");
#else
	register size_t x0 __asm__("x0") = size;

	__asm__ volatile("mov x19, x29\n\tmov x29, %1\n\tbl malloc\n\tmov x29, x19" : "+r"(x0) : "r"(value)
			 : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16",
			   "x17", "x18", "x19", "x30", "memory", "cc");
	p = (void *)x0;
#endif
	return p;
}

int main(void)
{
	double end = now() + 20;
	unsigned n_sentries = 0;

	for (size_t i = 0; n_sentries < 4 * N_OF(values); i++) {
		void *p = take(SIZE, values[n_sentries % N_OF(values)]);

		CHECK(p && now() < end, "%u sentries", n_sentries);
		n_sentries += malloc_usable_size(p) == SIZE;
		free(p);
		if (i % 100 == 0)
			usleep(1000); /* a thread that allocates faster is left alone */
	}
	return 0;
}
