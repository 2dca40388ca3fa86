/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: profile:debug,on_error:report */
/* hak-opt: -O2 */
/* With profile:debug and on_error:report, the checks of the heap go on after one that has found something, and tell each damaged
 * block once; hakmem_check() tells all of them. */
#include "scenery.h"
#include <hakmem.h>

static int fds[2];

static void go_on(void)
{
	for (size_t i = 0; i < 20000; i++)
		free(hide(malloc(50)));
}

/* Lines about p since the last call. */
static int n_lines(const void *p)
{
	static char text[65536];
	char line[80], *at = text;
	ssize_t n = read(fds[0], text, sizeof(text) - 1);
	int n_found = 0;

	text[n > 0 ? n : 0] = '\0';
	CHECK(write(1, text, strlen(text)) >= 0);
	snprintf(line, sizeof(line), "hakmem: check: %p: ", p);
	for (; (at = strstr(at, line)); at++)
		n_found++;
	return n_found;
}

int main(void)
{
	static const size_t sizes[] = { 300, 5000, 100000, MIB(1), 300 };
	unsigned char *p[N_OF(sizes)], *old;
	size_t i;

	CHECK(pipe2(fds, O_NONBLOCK) == 0);
	CHECK(dup2(fds[1], 2) == 2);
	for (i = 0; i < N_OF(sizes); i++) {
		CHECK(p[i] = hide(malloc(sizes[i])));
		p[i][sizes[i]] ^= 0x55;
		go_on();
		CHECK(n_lines(p[i]) == 1, "%zu", i);
	}
	CHECK(hakmem_check() == N_OF(sizes));
	CHECK(n_lines(p[1]) == 1);
	CHECK(old = hide(malloc(300)));
	for (i = 0; i < 1000; i++) /* keep its slab */
		CHECK(hide(malloc(300)));
	free(hide(old));
	old[5] = 1;
	go_on();
	CHECK(n_lines(old) == 1);
	go_on();
	CHECK(n_lines(old) == 0);
	return 0;
}
