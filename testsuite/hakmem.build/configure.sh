#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 300
# configure refuses bad values of our switches, naming what is allowed, and takes the good ones.
. "$srcdir/testsuite/lib/build.sh"
need_clean_source

# configure reads the switches before it looks for a compiler; CC=false ends it there.
refuses()
{
	"$srcdir/configure" CC=false "$1" >out 2>err && fail "configure took $1"
	grep -q "$2" err || fail "configure $1: $(tail -n 1 err)"
}
takes()
{
	"$srcdir/configure" CC=false "$1" >out 2>err
	grep -q "checking $2\.\.\. $3\$" out || fail "configure $1: $(tail -n 1 err)"
	grep -q 'C compiler cannot create executables' err || fail "configure $1: $(tail -n 1 err)"
}
for size in 0 3M 512K 2G 1m M '' -1 08M 33554433 no 99999999999G; do
	refuses "--with-superslab-size=$size" 'a power of two from 1M to 1G'
done
for cap in 7 4097 99999999999 08 -8 no; do
	refuses "--enable-tiny-cache-cap=$cap" 'a number from 8 to 4096'
done
for switch in debug audit cxx override; do
	refuses "--enable-$switch=maybe" 'yes or no'
done
for folder in prefix exec-prefix libdir bindir includedir libexecdir; do
	refuses "--$folder=/a b" 'a space'
done
refuses "--prefix=/a	b" 'a space'
for file in yes '' hakmem.conf etc/hakmem.conf /etc/ '/a b' '/a"b' '/a,b'; do
	refuses "--with-conf-file=$file" 'the whole path of a file'
done
for place in yes '' 'a|b' 'a&b' "a'b" 'a\b' 'a"b' 'a;b'; do
	refuses "--with-bug-report=$place" 'an address or a page'
done
takes --without-bug-report 'where to report faults' 'the package provider'
takes --with-bug-report=https://bugs.example.org/hakmem 'where to report faults' https://bugs.example.org/hakmem
takes --with-conf-file=/etc/hakmem.conf 'options file' /etc/hakmem.conf
takes --without-conf-file 'options file' none
takes --with-superslab-size=1M 'superslab size' 1M
takes --with-superslab-size=65536K 'superslab size' 64M
takes --with-superslab-size=1048576 'superslab size' 1M
takes --with-superslab-size=1073741824 'superslab size' 1024M
takes --enable-tiny-cache-cap 'tiny cache cap' 1024
takes --enable-tiny-cache-cap=4096 'tiny cache cap' 4096
