#!/bin/sh
# SPDX-License-Identifier: MIT
# The tracepoints that hakmem(7) names are in the library, and no others; otel_memory's arguments are in the first
# registers of the ABI, and have semaphores. A build without sys/sdt.h has none.
. "$srcdir/testsuite/lib/build.sh"
need awk readelf

readelf -n "$HAKMEM_LIB" >notes || fail 'readelf'
if ! grep -q '^#define HAVE_SYS_SDT_H 1' "$builddir/config.h"; then
	! grep -q stapsdt notes || fail 'tracepoints without sys/sdt.h'
	unsupported 'built without sys/sdt.h'
fi
awk '/Provider:/ { provider = $2 } /Name:/ { print provider ":" $2 }' notes | LC_ALL=C sort -u >found
sed -n 's/^\.It Li \(\(hakmem\|otel_memory\):[a-z_]*\) .*/\1/p' "$srcdir/man/hakmem.7" | LC_ALL=C sort >told
[ "$(wc -l <told)" -ge 8 ] || fail 'hardly one is told'
diff told found || fail 'hakmem(7) (<) and the library (>) differ'
awk '/Provider: otel_memory/ { is_ours = 1 } /Semaphore:/ && is_ours { n += ($NF != "0x0000000000000000") }
	/Arguments:/ { is_ours = 0 } END { exit n != 2 }' notes || fail "semaphores: $(cat notes)"
case $(uname -m) in
x86_64)
	grep -A 3 'Provider: otel_memory' notes | grep -q 'Arguments: 8@%rdi 8@%rsi 8@%rdx$' || fail "alloc: $(cat notes)"
	grep -A 3 'Provider: otel_memory' notes | grep -q 'Arguments: 8@%rdi *$' || fail "free: $(cat notes)"
	;;
aarch64)
	grep -A 3 'Provider: otel_memory' notes | grep -q 'Arguments: 8@x0 8@x1 8@x2$' || fail "alloc: $(cat notes)"
	;;
esac
