/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:debug,on_error:report */
/* hak-opt: -O2 */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): overflow \(class [0-9]+, thread [0-9]+\)$ */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): double free \(class [0-9]+, thread [0-9]+\)$ */
/* hak-stderr: ^hakmem: malloc\(0x[0-9a-f]+\): write after free \(class [0-9]+, thread [0-9]+\)$ */
/* hak-stderr: ^hakmem: 0x[0-9a-f]+: allocated at program\+0x[0-9a-f]+ .*$ */
/* hak-stderr: ^hakmem: 0x[0-9a-f]+: freed at program\+0x[0-9a-f]+ .*$ */
/* With profile:debug, a verdict on a block that is live, or was freed, is followed by where that was allocated, and by where it
 * was freed, by free or realloc. The first frame is the program's, never the library's. */
#include "scenery.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int ends[2], was;

static unsigned char *__attribute__((noinline)) get_here(size_t size)
{
	unsigned char *p = malloc(size);

	CHECK(p != NULL);
	return hide(p);
}

static void __attribute__((noinline)) drop_here(void *p)
{
	free(p);
	hide(p);
}

static void drop_in_thread(void *p)
{
	drop_here(p);
}

static void hear(void)
{
	dup2(ends[1], STDERR_FILENO);
}

/* What was said meanwhile names p, as verdicts do; shows it. */
static void check_lines(const void *p, bool is_freed)
{
	char text[8192], wanted[64];
	ssize_t n;

	dup2(was, STDERR_FILENO);
	n = read(ends[0], text, sizeof text - 1);
	CHECK(n > 0);
	text[n] = '\0';
	fputs(text, stderr);
	sprintf(wanted, "hakmem: %p: allocated at program+0x", p);
	CHECK(strstr(text, wanted) != NULL, "%s", text);
	sprintf(wanted, "hakmem: %p: freed at program+0x", p);
	CHECK((strstr(text, wanted) != NULL) == is_freed, "%s", text);
}

/* Inlined, since each place in the program is told once. */
static inline void __attribute__((always_inline)) second_frees(size_t size)
{
	unsigned char *p = get_here(size), *q;

	drop_here(p);
	hear();
	free(hide(p));
	check_lines(p, true);
	p = get_here(size);
	in_thread(drop_in_thread, p);
	hear();
	free(hide(p));
	check_lines(p, true);
	p = get_here(size);
	q = hide(realloc(p, size * 2));
	hear();
	free(hide(p));
	check_lines(p, true);
	free(q);
}

int main(void)
{
	unsigned char *p;

	warm();
	was = dup(STDERR_FILENO);
	CHECK(pipe(ends) == 0);
	p = get_here(100);
	p[100] = 0;
	hear();
	free(p);
	check_lines(p, false);

	second_frees(100);
	second_frees(5000);
	second_frees(100000);

	p = get_here(200);
	drop_here(p);
	p[50] = 1;
	hear();
	for (size_t i = 0; i < 100000 && malloc(200) != p; i++)
		;
	check_lines(p, true);
	return 0;
}
