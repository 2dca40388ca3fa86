#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 900
# hak-skip-unless: cargo --version
# The Rust crate's own tests, without the network: libhakmem as the global allocator of a program, linked statically under
# its own names. Its structs begin as those of hakmem.h.
. "$srcdir/testsuite/lib/build.sh"
need awk nm
need_clean_source
[ -f "$srcdir/configure" ] || unsupported 'no configure in the source tree'

# fields STRUCT NAME: the fields of both, in order.
fields()
{
	sed -n "/^struct $1 {/,/^}/s/^	uint64_t \([a-z_]*\);.*/\1/p" "$srcdir/include/hakmem.h" >wanted
	sed -n "/^pub struct $2 {/,/^}/s/^    pub \([a-z_]*\): u64,/\1/p" "$srcdir/rust/src/lib.rs" >found
	[ "$(wc -l <found)" -ge 6 ] || fail "hardly a field of $2"
	head -n "$(wc -l <found)" wanted | diff - found || fail "$1 (<) and $2 (>) differ"
}
fields hakmem_stats Stats
fields hakmem_class_stats ClassStats

CARGO_TARGET_DIR=$PWD/target
CARGO_HOME=$PWD/home
export CARGO_TARGET_DIR CARGO_HOME CC
unset MAKEFLAGS MFLAGS HAKMEM_LIB_DIR
cargo test -q --offline --locked --manifest-path "$srcdir/rust/Cargo.toml" >log 2>&1 || fail "$(tail -n 40 log)"
passed=$(sed -n 's/^test result: ok\. \([0-9]*\) passed.*/\1/p' log | awk '{ n += $1 } END { print n + 0 }')
[ "$passed" -ge 7 ] || fail "only $passed of the crate's tests passed: $(cat log)"

# The program's C libraries keep their malloc.
program=$(find target/debug/deps -name 'allocator-*' -type f -perm -100 | head -n 1)
nm "$program" >names || fail 'nm'
grep -q ' T hakmem_malloc$' names || fail 'the library is not inside'
! grep -q ' [TW] malloc$' names || fail 'it defines malloc'
