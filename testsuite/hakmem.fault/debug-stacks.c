/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:debug,on_error:report */
/* hak-opt: -O2 */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): overflow \(class [0-9]+, thread [0-9]+\)$ */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): double free \(class [0-9]+, thread [0-9]+\)$ */
/* hak-stderr: ^hakmem: 0x[0-9a-f]+: allocated at program\+0x[0-9a-f]+ .*$ */
/* With profile:debug, a verdict on a block that is live, or was freed, is followed by where that was allocated. */
#include "scenery.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned char *__attribute__((noinline)) get_here(size_t size)
{
	unsigned char *p = malloc(size);

	CHECK(p != NULL);
	return hide(p);
}

/* What fd has to read names p, as verdicts do; shows it. */
static void check_line(int fd, const void *p)
{
	char text[4096], wanted[64];
	ssize_t n = read(fd, text, sizeof text - 1);
	char *line;

	CHECK(n > 0);
	text[n] = '\0';
	fputs(text, stderr);
	sprintf(wanted, "hakmem: %p: allocated at ", p);
	line = strstr(text, wanted);
	CHECK(line != NULL, "%s", text);
}

int main(void)
{
	int ends[2], was = dup(STDERR_FILENO);
	unsigned char *p, *q;

	warm();
	CHECK(pipe(ends) == 0);
	p = get_here(100);
	q = get_here(5000);
	p[100] = 0;
	dup2(ends[1], STDERR_FILENO);
	free(p);
	dup2(was, STDERR_FILENO);
	check_line(ends[0], p);
	free(hide(q));
	dup2(ends[1], STDERR_FILENO);
	free(hide(q));
	dup2(was, STDERR_FILENO);
	check_line(ends[0], q);
	return 0;
}
