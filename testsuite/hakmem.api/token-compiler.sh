#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-skip-unless: test "$HAK_CXX$HAK_OVERRIDE" = 11
# A program compiled with -fsanitize=alloc-token (LLVM 22) has its pointers apart from its data.
set -eu

compiler=
for c in ${HAK_CLANG-} clang++ clang++-22 clang++-23 clang++-24; do
	if echo 'int main() {}' | "$c" -fsanitize=alloc-token -x c++ -o /dev/null - 2>/dev/null; then
		compiler=$c
		break
	fi
done
[ -n "$compiler" ] || { echo "no clang++ that knows -fsanitize=alloc-token"; exit 77; }
for flags in '' '-falloc-token-max=2' '-falloc-token-max=2 -fsanitize-alloc-token-fast-abi' '-falloc-token-max=2 -mllvm -alloc-token-fallback=1'; do
	for conf in '' profile:hardened; do
		echo "$compiler $flags, $conf"
		# shellcheck disable=SC2086 # words
		"$compiler" -std=c++17 -O1 -fsanitize=alloc-token $flags -I"${srcdir:?}/testsuite/lib" -o program -x c++ \
			"${srcdir:?}/testsuite/hakmem.api/token-compiler.h" -x none "$HAKMEM_LIB"
		HAKMEM_CONF=$conf LD_LIBRARY_PATH=$(dirname "$HAKMEM_LIB") ./program
	done
done
