#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# The ABI is the one in doc/abi: no function, structure, size or offset differs. An addition counts, too:
# it belongs into the map under a new node, into the symbols file of debian/, and into doc/abi (make abi-dump).
. "$srcdir/testsuite/lib/build.sh"
need abidw abidiff readelf
need_override
need_release
[ "$HAK_CXX" = 1 ] || unsupported 'built with --disable-cxx'
machine=$(LC_ALL=C readelf -h "$HAKMEM_LIB" | sed -n 's/^ *Machine: *//p')
class=$(LC_ALL=C readelf -h "$HAKMEM_LIB" | sed -n 's/^ *Class: *//p')
[ "$machine $class" = 'Advanced Micro Devices X86-64 ELF64' ] || unsupported "no dump for $machine"
readelf -SW "$HAKMEM_LIB" | grep -q ' \.debug_info ' || unsupported 'built without -g'

known=$srcdir/doc/abi/libhakmem.so.1-x86_64.abi
# Nothing of the machine it was made on.
abidw --headers-dir "$srcdir/include" --drop-private-types --exported-interfaces-only --no-corpus-path \
	--no-comp-dir-path --no-show-locs --out-file found.abi "$(readlink -f "$HAKMEM_LIB")" || fail 'abidw'
sed -i "s,path='[^']*/lib/api/,path='lib/api/," found.abi
grep -q "<elf-symbol name='hakmem_malloc' version='HAKMEM_1'" found.abi || fail 'abidw saw no hakmem_malloc'
if [ "${1-}" = dump ]; then
	mv found.abi "$known"
	echo "wrote $known"
	exit 0
fi
# The C library's own: its members differ between releases.
printf '[suppress_type]\n  name = _IO_FILE\n' >libc.suppr
abidiff --suppr libc.suppr --no-corpus-path --harmless "$known" found.abi && exit 0
code=$?
[ $((code & 3)) = 0 ] || fail "abidiff failed with $code"
[ $((code & 8)) = 0 ] || fail 'the ABI changed: programs built against the last one break'
fail 'the ABI differs: see above; make abi-dump takes it over'
