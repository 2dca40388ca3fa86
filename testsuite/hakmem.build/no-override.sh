#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 600
# --disable-override: only hakmem_* names, and a program on another malloc can dlopen the library.
. "$srcdir/testsuite/lib/build.sh"
need make nm
need_clean_source

mkdir build
cd build || exit 1
"$srcdir/configure" -q --disable-override --disable-static CC="$CC" CFLAGS="$CFLAGS -O0" >log 2>&1 || fail "$(cat log)"
make -s -j2 libhakmem.la >log 2>&1 || fail "$(cat log)"
cd ..
nm -D --defined-only build/.libs/libhakmem.so.1 | sed 's/.* //; s/@.*//' | grep -vx 'HAKMEM_[0-9]*' |
	LC_ALL=C sort >found
list_own_names | diff - found || fail 'names wanted (<) and exported (>) differ'

cat >program.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv)
{
	void *theirs = malloc(100), *library = dlopen(argv[argc - 1], RTLD_NOW | RTLD_LOCAL), *ours[1000];
	void *(*take)(size_t);
	void (*give)(void *);
	size_t (*check)(void);
	int i;

	if (!library)
		return fprintf(stderr, "%s\n", dlerror()), 1;
	take = (void *(*)(size_t))dlsym(library, "hakmem_malloc");
	give = (void (*)(void *))dlsym(library, "hakmem_free");
	check = (size_t (*)(void))dlsym(library, "hakmem_check");
	for (i = 0; i < 1000; i++) {
		ours[i] = take((size_t)i * 100 + 1);
		if (!ours[i])
			return 2;
		memset(ours[i], i, (size_t)i * 100 + 1);
		theirs = realloc(theirs, (size_t)i * 50 + 1);
	}
	for (i = 0; i < 1000; i++)
		give(ours[i]);
	free(theirs);
	i = check() != 0;
	dlclose(library);
	return i;
}
END
# shellcheck disable=SC2086 # words
$CC $CFLAGS -o program program.c -ldl || fail 'program.c does not compile'
./program "$PWD/build/.libs/libhakmem.so.1" || fail "the program ended with $?"
