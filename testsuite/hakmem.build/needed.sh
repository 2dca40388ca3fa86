#!/bin/sh
# SPDX-License-Identifier: MIT
# Needs the C library and nothing else; on 32-bit ARM libgcc_s, too, which unwind tables name there.
. "$srcdir/testsuite/lib/build.sh"
need readelf

readelf -dW "$HAKMEM_LIB" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' >needed
[ -s needed ] || fail 'readelf was not understood'
wanted='libc\.so|ld-linux|libc\.musl|ld-musl'
! readelf -Ws "$HAKMEM_LIB" | grep -q 'UND __aeabi_unwind' || wanted="$wanted|libgcc_s\.so"
! grep -Ev "^($wanted)" needed || fail 'needs more than libc'
