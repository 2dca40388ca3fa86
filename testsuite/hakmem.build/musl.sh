#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 600
# Built for musl and linked statically: malloc is ours in a -static program of another C library.
. "$srcdir/testsuite/lib/build.sh"
need make musl-gcc nm

mkdir build
cd build || exit 1
"$srcdir/configure" -q --disable-shared CC=musl-gcc CFLAGS='-g -O2' >log 2>&1 || fail "$(cat log)"
make -s libhakmem.la >log 2>&1 || fail "$(cat log)"
cd ..
cat >program.c <<'END'
#include <hakmem.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
static void *churn(void *arg)
{
	int i;

	for (i = 1; i < 20000; i++) {
		char *p = malloc((size_t)i * 7 % 5000 + 1), *q;

		if (!p)
			return "malloc";
		memset(p, i, (size_t)i * 7 % 5000 + 1);
		q = realloc(p, (size_t)i % 9000 + 1);
		if (!q || q[0] != (char)i)
			return "realloc";
		free(q);
	}
	return arg;
}
int main(void)
{
	struct hakmem_stats before, after;
	pthread_t thread;
	void *result, *p;

	hakmem_stats_get(&before, sizeof(before));
	p = malloc(1000000);
	hakmem_stats_get(&after, sizeof(after));
	if (!p || after.allocated < before.allocated + 1000000)
		return 1; /* somebody else's malloc */
	free(p);
	if (pthread_create(&thread, NULL, churn, NULL) || pthread_join(thread, &result) || result)
		return 2;
	return churn(NULL) || hakmem_check() != 0 ? 3 : 0;
}
END
musl-gcc -g -O2 -static -I"$srcdir/include" -o program program.c build/.libs/libhakmem.a ||
	fail 'does not link statically with musl'
./program || fail "the program ended with $?"
