#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 600
# --with-conf-file: the file's lines count for every program, a section's for the program of that name; the program's own
# options come before, HAKMEM_CONF after. Mistakes are told with their line. A program with more rights than its caller
# reads the file, but no variable. The file is opened once, while the program is loaded; one that is not there, or
# a pipe, costs nothing and stops nobody.
. "$srcdir/testsuite/lib/build.sh"
need make
need_override
need_clean_source
file=$PWD/hakmem.conf
case $file in
*[!A-Za-z0-9_./+-]*) unsupported 'a folder that configure does not take' ;;
esac

mkdir build
cd build || exit 1
"$srcdir/configure" -q --with-conf-file="$file" CC="$CC" CFLAGS="$CFLAGS -O0" >log 2>&1 || fail "$(cat log)"
make -s -j2 >log 2>&1 || fail "$(cat log)"
cd ..

cat >show.c <<'END'
#include <hakmem.h>
#include <stdio.h>
#include <string.h>
#ifdef OWN
const char *hakmem_conf = OWN;
#endif
int main(int argc, char **argv)
{
	char value[40];
	int i;

	for (i = 1; i < argc; i++) {
		value[0] = '\0';
		hakmem_option_get(argv[i], value, sizeof value);
		printf("%s %s %s\n", argv[i], value, hakmem_option_origin(argv[i]));
	}
	return 0;
}
END
# shellcheck disable=SC2086 # words
compile()
{
	$CC $CFLAGS -I"$srcdir/include" "$@" || fail "$1 does not compile"
}
compile -o show show.c -Lbuild/.libs -Wl,-rpath,"$PWD/build/.libs" -lhakmem
compile -DOWN='"purge_delay:1,cache_cap:1,diet:yes"' -o own show.c -Lbuild/.libs -Wl,-rpath,"$PWD/build/.libs" -lhakmem
ln show other
ln own third

# says WANTED PROGRAM OPTION...: each word of WANTED is option=value=origin.
says()
{
	wanted=$1
	shift
	"$@" >out 2>err || fail "$* ended with $?" "$(cat err)"
	got=$(tr '\n ' ' =' <out | sed 's/ $//')
	[ "$(tr '\n' ' ' <out | sed 's/\([^ ]*\) \([^ ]*\) \([^ ]*\) */\1=\2=\3 /g; s/ $//')" = "$wanted" ] ||
		fail "$*: wanted $wanted, not $got" "$(cat err)"
}
quiet()
{
	[ ! -s err ] || fail "it complains: $(cat err)"
}

# There is none.
says 'purge_delay=1000=default' ./show purge_delay
quiet

printf '%s\n' '# all programs' '' '  purge_delay = 20 ' 'cache_cap:20,thp:never' '[show]' 'cache_cap: 30' '[ other ]' \
	'cache_cap=40' '# [show]' '[own]' 'diet:off' >"$file"
says 'purge_delay=20=file cache_cap=30=file thp=never=file diet=false=default' ./show purge_delay cache_cap thp diet
quiet
says 'purge_delay=20=file cache_cap=40=file' ./other purge_delay cache_cap
says 'purge_delay=20=file cache_cap=20=file diet=true=program' ./third purge_delay cache_cap diet
says 'purge_delay=20=file cache_cap=20=file diet=false=file' ./own purge_delay cache_cap diet
says 'purge_delay=50=environment cache_cap=30=file' env HAKMEM_CONF=purge_delay:50 ./show purge_delay cache_cap

# What hakmem-config tells is what the program gets.
for program in show other own third; do
	"build/tools/hakmem-config" --explain "./$program" >explained 2>err || fail "--explain $program" "$(cat err)"
	# shellcheck disable=SC2046 # words
	"./$program" $(sed -n 's/ *\(start-up\|run-time\)$//p' explained | sed 's/ .*//') >out
	awk '$5 ~ /^(start-up|run-time)$/ { print $1, $2, $4 }' explained | diff - out ||
		fail "$program: explained (<) and in force (>) differ"
	[ "$(wc -l <out)" -ge 10 ] || fail "hardly an option: $(cat explained)"
	grep -q "^file  *$file\$" explained || fail "the file is not named: $(cat explained)"
done
grep -q '^program  *hakmem_conf = "purge_delay:1,' explained || fail "the program's own are not named: $(cat explained)"

# Mistakes, in the sections that count; a long line; no newline at the end; carriage returns.
{
	printf 'purge_dely:5\n[other]\nnonsense\n[show]\ndiet: maybe\ncgroup_root:/'
	head -c 600 /dev/zero | tr '\0' x
	printf '\r\npurge_delay:60\r\n\ncache_cap:70'
} >"$file"
says 'purge_delay=60=file cache_cap=70=file cgroup_root=/sys/fs/cgroup=default' ./show purge_delay cache_cap cgroup_root
[ "$(wc -l <err)" = 3 ] || fail "three mistakes, told: $(cat err)"
grep -qF "hakmem: $file:1: unknown option \"purge_dely\" (did you mean" err || fail "$(cat err)"
grep -qF "hakmem: $file:5: bad value \"maybe\" for \"diet\"" err || fail "$(cat err)"
grep -qF "hakmem: $file:6: bad value " err || fail "$(cat err)"
printf 'strict:true\nnonsense:1\n' >"$file"
! ./show strict >out 2>err || fail 'strict:true in the file is not'

# Many lines, across what is read at a time.
{
	seq -f '# %g' 1 2000
	printf 'purge_delay:%s\n' 3 4 5
} >"$file"
says 'purge_delay=5=file' ./show purge_delay
rm "$file"
mkfifo "$file"
says 'purge_delay=1000=default' timeout 20 ./show purge_delay
rm "$file"

# Opened once, early.
echo purge_delay:9 >"$file"
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	cat >busy.c <<'END'
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	int i;

	if (write(1, "main\n", 5) != 5)
		return 1;
	for (i = 1; i < 100000; i++)
		free(malloc((size_t)i));
	return 0;
}
END
	compile -fno-builtin -o busy busy.c -Lbuild/.libs -Wl,-rpath,"$PWD/build/.libs" -Wl,--no-as-needed -lhakmem
	strace -f -qq -e trace=%file,write -o log ./busy >out || fail 'strace'
	[ "$(grep -c "$file" log)" = 1 ] || fail "the file is not looked at once: $(cat log)"
	sed '/"main/,$d' log | grep -q "openat(.*$file" || fail "not while loading: $(cat log)"
fi

# More rights than the caller.
[ "$(id -u)" = 0 ] || exit 0
[ -f build/.libs/libhakmem.a ] || exit 0
compile -DOWN='"cache_cap:4"' -o secure show.c build/.libs/libhakmem.a -pthread
mount=$(mktemp -d) # the build may lie in a folder that others cannot enter
trap 'rm -rf "$mount"' EXIT
chmod 755 "$mount"
cp secure "$mount/secure"
chown nobody "$mount/secure"
says 'purge_delay=9=file cache_cap=4=program diet=true=environment' env HAKMEM_CONF=diet:true "$mount/secure" purge_delay \
	cache_cap diet
chmod 4755 "$mount/secure"
HAKMEM_CONF=diet:true "$mount/secure" diet >out
! grep -q environment out || { echo 'setuid has no effect here, so that part was not tried'; exit 0; }
# As nobody it must be able to read the file.
if runuser -u nobody -- test -r "$file" 2>/dev/null; then
	says 'purge_delay=9=file cache_cap=4=program diet=false=default' env HAKMEM_CONF=diet:true "$mount/secure" purge_delay \
		cache_cap diet
else
	says 'cache_cap=4=program diet=false=default' env HAKMEM_CONF=diet:true "$mount/secure" cache_cap diet
fi
