#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-skip-unless: test "$HAK_CXX" = 1
# bad_alloc and new_handler with LLVM's libc++, and a C program that has no C++ library at all.
set -eu

cat >plain.c <<'C'
#include <stdlib.h>
void *_Znwm(size_t);
void _ZdlPv(void *);
int main(void) { void *p = _Znwm(100); if (!p) return 1; _ZdlPv(p); return 0; }
C
$CC -o plain plain.c "$HAKMEM_LIB"
ldd ./plain | grep -q 'stdc++' && { echo "libstdc++ comes along"; exit 1; }
LD_LIBRARY_PATH=$(dirname "$HAKMEM_LIB") ./plain

command -v clang++ >/dev/null || { echo "no clang++"; exit 77; }
clang++ -std=c++17 -stdlib=libc++ -fno-builtin -I"${srcdir:?}/testsuite/lib" -o handler "${srcdir:?}/testsuite/hakmem.api/cxx-new-handler.cc" 2>err.txt ||
	{ echo "no libc++ headers"; exit 77; }
LD_PRELOAD=$HAKMEM_LIB ./handler
clang++ -std=c++17 -stdlib=libc++ -fno-builtin -I"${srcdir:?}/testsuite/lib" -o fail "${srcdir:?}/testsuite/hakmem.api/cxx-fail.cc"
LD_PRELOAD=$HAKMEM_LIB ./fail
