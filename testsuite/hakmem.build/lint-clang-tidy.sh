#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# clang-tidy has nothing to say; that it does speak, a broken file shows. .clang-tidy says what it looks for. Of each
# function the analyzer follows fewer paths than it would by default: a third of the time.
. "$srcdir/testsuite/lib/build.sh"
need_lint clang-tidy

list_checked_sources >sources
[ "$(wc -l <sources)" -ge 40 ] || fail 'hardly a source found'
cat >check <<'END'
#!/bin/sh
exec clang-tidy --quiet --config-file="$srcdir/.clang-tidy" "$1" -- -std=gnu11 -DHAVE_CONFIG_H -D_GNU_SOURCE \
	-I"$builddir" -I"$srcdir/lib" -I"$srcdir/include" -Xclang -analyzer-config -Xclang max-nodes=75000 2>&1
END
chmod +x check
export srcdir builddir
xargs -P "$(nproc)" -n 1 ./check <sources >log || fail "$(grep -v 'warnings\? \(generated\|treated\)' log)"
echo 'int f(int a) { int x; if (a > 0) x = 1; return x; }' >broken.c
! ./check broken.c >log || fail 'it says nothing of a broken file'
grep -q 'clang-analyzer-core' log || fail "$(cat log)"
