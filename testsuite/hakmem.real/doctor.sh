#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# hakmem-doctor: of processes, programs and images, whether the library is loaded and malloc bound to it; if not, the
# reason, and what to do about it.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
doctor=$(dirname "$HAKMEM_RUN")/hakmem-doctor
unset HAKMEM_CONF LD_PRELOAD

# asks CODE ARGUMENT...
asks()
{
	code=$1
	shift
	"$doctor" "$@" >out 2>err
	got=$?
	[ "$got" = "$code" ] || fail "$*: exit code $got, not $code" "$(cat out err)"
}
tells()
{
	grep -q "^$1: *$2" out || fail "no '$1: $2'" "$(cat out err)"
}

cat >main.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	void *volatile p = malloc(100);

	(void)argv;
	free(p);
	if (argc > 1) {
		puts("here");
		fflush(stdout);
		sleep(100);
	}
	return 0;
}
END
cat >own.c <<'END'
#include <stddef.h>
#include <string.h>
static char pool[1 << 24];
static size_t used;
void *malloc(size_t n) { void *p = pool + used; used += (n + 31) & ~(size_t)15; return used < sizeof(pool) ? p : NULL; }
void free(void *p) { (void)p; }
void *calloc(size_t n, size_t s) { void *p = malloc(n * s); return p ? memset(p, 0, n * s) : p; }
void *realloc(void *p, size_t n) { void *q = malloc(n); return q && p ? memcpy(q, p, n) : q; }
void *reallocarray(void *p, size_t n, size_t s) { return realloc(p, n * s); }
END
$CC -fno-builtin -o main main.c || fail 'main.c'
$CC -w -shared -fPIC -fno-builtin -Wl,-soname,libjemalloc.so.2 -o libjemalloc.so.2 own.c || fail 'own.c'
# Its own malloc comes before one that is preloaded.
$CC -w -fno-builtin -o own main.c own.c || fail 'own'
# begin COMMAND...: a process that waits, in pid.
begin()
{
	rm -f started
	mkfifo started
	"$@" wait >started &
	pid=$!
	read -r line <started || fail "$* does not start"
	[ "$line" = here ] || fail "$*: $line"
}

# Programs, from here.
asks 1 ./main
tells loaded no
tells why 'it is not linked with libhakmem, and'
tells fix '.*hakmem-run ./main'
export LD_PRELOAD="$HAKMEM_LIB"
asks 0 ./main
tells loaded "yes, .*/libhakmem.so.*(LD_PRELOAD)"
tells bound yes
tells options 'all defaults'
HAKMEM_CONF=diet:true asks 0 ./main
tells options 'diet:true (environment)'
export LD_PRELOAD="$PWD/libjemalloc.so.2:$HAKMEM_LIB"
asks 1 ./main
tells bound no
tells why ".*malloc of .* is $PWD/libjemalloc.so.2's\|.*free of .* is $PWD/libjemalloc.so.2's"
export LD_PRELOAD="$PWD/gone/libhakmem.so.1"
asks 1 ./main
tells why "LD_PRELOAD names $PWD/gone/libhakmem.so.1: cannot open"
unset LD_PRELOAD
asks 1 ./own
tells loaded no
tells why '.*defines malloc itself'
printf '#!%s/main\n' "$PWD" >script
chmod +x script
LD_PRELOAD=$HAKMEM_LIB asks 0 ./script
tells program "./script, run by $PWD/main"
tells bound yes
if [ -f "$HAKMEM_A" ] && $CC -static -fno-builtin -o static main.c "$HAKMEM_A" -pthread 2>log; then
	asks 0 ./static
	tells loaded 'yes, ./static (linked with libhakmem.a)'
	$CC -static -fno-builtin -o bare main.c
	asks 1 ./bare
	tells why '.*statically linked'
	tells fix '.*libhakmem.a'
fi
$CC -fno-builtin -o linked main.c -Wl,--no-as-needed "$HAKMEM_LIB" || fail 'linked'
asks 1 ./linked
tells why '.*does not find'
LD_LIBRARY_PATH=$(dirname "$HAKMEM_LIB") asks 0 ./linked
tells loaded "yes, .*libhakmem.so.1 (linked)"
asks 1 ./no-such
grep -q 'no-such.*not found' err || fail "$(cat err)"

# Processes.
begin ./main
asks 1 "$pid"
tells process "$pid $PWD/main"
tells loaded no
tells why 'it is not linked with libhakmem, and'
kill "$pid"
begin "$HAKMEM_RUN" -o purge_delay:77 ./main
asks 0 "$pid"
tells loaded 'yes, .*/libhakmem.so'
tells bound yes
tells options 'purge_delay:77 (environment)'
tells since "$(date +%Y-%m)"
kill "$pid"
begin env LD_PRELOAD="$PWD/libjemalloc.so.2:$HAKMEM_LIB" ./main
asks 1 "$pid"
tells loaded yes
tells bound no
tells why "LD_PRELOAD names $PWD/libjemalloc.so.2 first"
kill "$pid"
begin env LD_PRELOAD="$PWD/gone/libhakmem.so.1" ./main 2>/dev/null
asks 1 "$pid"
tells why "LD_PRELOAD names $PWD/gone/libhakmem.so.1, which does not exist"
kill "$pid"
# The file was replaced while the process runs.
mkdir moved
cp -L "$HAKMEM_LIB" moved/libhakmem.so.1
begin env LD_PRELOAD="$PWD/moved/libhakmem.so.1" ./main
rm moved/libhakmem.so.1
asks 0 "$pid"
tells note '.*replaced'
kill "$pid"
asks 1 99999999
grep -q 'no process' err || fail "$(cat err)"

# Another user's process: nothing of it is run or loaded by who asks.
if [ "$(id -u)" = 0 ] && command -v runuser >/dev/null; then
	mount=$(mktemp -d) # the build may lie in a folder that others cannot enter
	trap 'rm -rf "$mount"' EXIT
	chmod 755 "$mount"
	cp main "$mount/main"
	begin runuser -u nobody -- "$mount/main"
	child=$(pgrep -P "$pid" main) || child=$pid
	# Were it run, it would say so.
	printf '#!/bin/sh\n: >"%s/ran"\n' "$PWD" >"$mount/main.new"
	chmod 755 "$mount/main.new"
	mv "$mount/main.new" "$mount/main"
	asks 1 "$child"
	tells loaded no
	[ ! -e ran ] || fail "the program of another user's process was run"
	kill "$child" 2>/dev/null
fi

# Images. The library is this machine's, and so must be its programs.
image()
{
	rm -rf image
	mkdir -p image/lib64 image/etc image/bin image/usr/lib
	: >image/lib64/ld-linux-x86-64.so.2
	cp -L /bin/sh image/bin/sh
}
if readelf -dW "$HAKMEM_LIB" 2>/dev/null | grep -q 'libc\.so\.6'; then
	image
	asks 1 image
	tells there no
	tells fix '.*install libhakmem'
	cp -L "$HAKMEM_LIB" image/usr/lib/libhakmem.so.1.0.0
	ln -s libhakmem.so.1.0.0 image/usr/lib/libhakmem.so.1
	chmod 644 image/usr/lib/libhakmem.so.1.0.0
	asks 0 image
	tells there 'yes, /usr/lib/libhakmem.so.1'
	tells asked '.*ENV LD_PRELOAD=libhakmem.so.1'
	echo /usr/lib/libhakmem.so.1 >image/etc/ld.so.preload
	asks 0 image
	tells asked 'yes, /etc/ld.so.preload'
	chmod 600 image/usr/lib/libhakmem.so.1.0.0
	asks 1 image
	tells why '.*cannot be read'
	rm image/usr/lib/libhakmem.so.1.0.0
	asks 1 image
	tells why '.*which is not there'
	image
	mkdir -p image/usr/local/lib
	cp -L "$HAKMEM_LIB" image/usr/local/lib/libhakmem.so.1
	chmod 644 image/usr/local/lib/libhakmem.so.1
	asks 1 image
	tells fix 'RUN ldconfig'
	printf 'x\0/usr/local/lib/libhakmem.so.1\0' >image/etc/ld.so.cache
	asks 0 image
	mkdir -p image/lib
	: >image/lib/ld-musl-x86_64.so.1
	asks 1 image
	tells why '.*musl'
	# A bundle.
	image
	cp -L "$HAKMEM_LIB" image/usr/lib/libhakmem.so.1
	chmod 644 image/usr/lib/libhakmem.so.1
	mkdir bundle
	mv image bundle/rootfs
	echo '{ "process": { "env": [ "PATH=/bin" ] } }' >bundle/config.json
	asks 1 bundle
	tells fix 'ENV LD_PRELOAD=libhakmem.so.1'
	echo '{ "process": { "env": [ "PATH=/bin", "LD_PRELOAD=libhakmem.so.1" ] } }' >bundle/config.json
	asks 0 bundle
	tells asked 'yes, by its configuration'
fi

asks 0
tells library '.*/libhakmem.so'
tells runs yes
asks 2 --nothing
asks 2 one two
