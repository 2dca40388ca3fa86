#!/bin/sh
# SPDX-License-Identifier: MIT
# chaos:N lets one in N allocations fail, of each kind, as when there is no memory; chaos_seed says which, and is told. Blocks
# that are there are not affected, and realloc() always moves them. Addresses are
# shuffled, unless random:false says otherwise.
. "$srcdir/testsuite/lib/build.sh"
need_override

cat >chaos.c <<'END'
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <hakmem.h>
#define N 20000
static char *block[N];
static char failed[N + 1];
static char *take(int i)
{
	void *p = NULL;

	switch (i % 4) {
	case 0: return malloc((size_t)i % 500 + 1);
	case 1: return calloc(3, (size_t)i % 500 + 1);
	case 2: return realloc(NULL, i % 100 == 2 ? 300000 : 100);
	}
	errno = posix_memalign(&p, 64, 200);
	return errno == 0 ? p : NULL;
}
int main(void)
{
	int n = 0, n_kind[4] = { 0 }, n_kept = 0, n_up = 0;
	char *last = NULL;

	for (int i = 0; i < N; i++) {
		errno = 0;
		block[i] = take(i);
		failed[i] = block[i] == NULL ? 'x' : '.';
		if (block[i] == NULL && errno != ENOMEM)
			return 1;
		n += block[i] == NULL, n_kind[i % 4] += block[i] == NULL;
		if (block[i] != NULL)
			*block[i] = (char)i;
		if (i % 2 == 0)
			free(block[i]), block[i] = NULL;
	}
	for (int i = 1; i < N; i += 2) {
		uintptr_t was = (uintptr_t)block[i];
		char *p = was ? realloc(block[i], 150) : NULL;

		if (was && (*(p ? p : block[i]) != (char)i || (uintptr_t)p == was))
			return 2;
		n_kept += was && !p;
		free(p ? p : block[i]);
	}
	if (hakmem_check() != 0)
		return 3;
	for (int i = 0; i < 500; i++) {
		char *p = malloc(640);

		n_up += p > last;
		last = p;
	}
	fprintf(stderr, "%d failed\n%d up\n", n, n_up);
	if (n < N / 50 * 8 / 10 || n > N / 50 * 12 / 10 || n_kept < 50 || !n_kind[0] || !n_kind[1] || !n_kind[2] || !n_kind[3])
		return 4;
	puts(failed);
	return 0;
}
END
# shellcheck disable=SC2086 # words
$CC $CFLAGS -fno-builtin -I"$srcdir/include" -w -o chaos chaos.c "$HAKMEM_LIB" || fail 'cannot compile'

# run OPTIONS: which ones failed, into out.
run()
{
	LD_LIBRARY_PATH=${HAKMEM_LIB%/*} HAKMEM_CONF=$1 ./chaos >out 2>err || fail "$1: exit code $?" "$(cat err)"
	grep -qx "hakmem: one allocation in 50 fails (chaos_seed:$2)" err || fail "$1: $(cat err)" "wanted: seed $2"
}
run chaos:50,chaos_seed:7,random:false 7
[ "$(sed -n 's/ up$//p' err)" -gt 450 ] || fail 'addresses are shuffled that should not' "$(cat err)"
run chaos:50,chaos_seed:7 7
[ "$(sed -n 's/ up$//p' err)" -lt 400 ] || fail 'addresses are not shuffled' "$(cat err)"
mv out first
run chaos:50,chaos_seed:7 7
cmp out first || fail 'the same seed, but others fail'
run chaos:50,chaos_seed:8 8
cmp -s out first && fail 'another seed, but the same fail'
run profile:hardened,chaos:50 '[1-9][0-9]*'
mv out first
run "profile:hardened,chaos:50,$(sed -n 's/.*(\(.*\))$/\1/p' err)" '[1-9][0-9]*'
cmp out first || fail 'the seed that was told, but others fail'
