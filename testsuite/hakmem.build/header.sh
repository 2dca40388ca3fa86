#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# hakmem.h and hakmem.hpp compile without a warning in each version of C and C++, however pedantic, and keeps its attributes.
. "$srcdir/testsuite/lib/build.sh"

cat >program.c <<'END'
#include <hakmem.h>
#include <hakmem.h>
void *get(size_t n);
void *get(size_t n) { return hakmem_calloc(n, 2); }
END
cp program.c program.cc
cat >wide.cc <<'END'
#include <hakmem.hpp>
#include <hakmem.hpp>
#include <vector>
std::pmr::memory_resource *get();
std::pmr::memory_resource *get() { return hakmem::resource(); }
struct alignas(64) wide { char text[64]; };
std::size_t room(std::vector<int, hakmem::allocator<int>> &v);
std::size_t room(std::vector<int, hakmem::allocator<int>> &v)
{
	v.reserve(3);
	return hakmem::allocator<wide>().allocate_at_least(v.capacity()).count;
}
END
try()
{
	# shellcheck disable=SC2086 # words
	$2 -std="$3" -pedantic -Wall -Wextra -Wundef -I"$srcdir/include" -c -o program.o "$1" >log 2>&1 || {
		# An older compiler does not know every version.
		! grep -qE "(unrecognized|invalid|unknown).*$3" log || return 0
		fail "$2 -std=$3: $(cat log)"
	}
	[ ! -s log ] || fail "$2 -std=$3: $(cat log)"
	n=$((n + 1))
}
n=0
for compiler in "$CC" gcc clang musl-gcc; do
	command -v "${compiler%% *}" >/dev/null || continue
	for version in c89 gnu89 c99 c11 c17 c2x gnu17; do
		try program.c "$compiler" $version
	done
done
for compiler in "${CXX:-none}" g++ clang++; do
	command -v "${compiler%% *}" >/dev/null || continue
	for version in c++17 c++20 c++2b; do
		try wide.cc "$compiler" $version
	done
	for version in c++98 c++03 c++11 c++17 c++20; do
		try program.cc "$compiler" $version
	done
done
[ "$n" -ge 6 ] || fail 'hardly a version of C was tried'

# A compiler sees the size of what calloc gives.
cat >over.c <<'END'
#include <hakmem.h>
#include <string.h>
char *over(void);
char *over(void)
{
	char *p = hakmem_calloc(4, 2);
	if (p)
		memset(p, 1, 9);
	return p;
}
END
if $CC --version | grep -qi 'gcc\|free software foundation'; then
	$CC -O2 -Wall -I"$srcdir/include" -c -o over.o over.c 2>log
	grep -q 'memset.*\(bounds\|overflow\)' log || fail "alloc_size is lost: $(cat log)"
fi
