#!/bin/sh
# SPDX-License-Identifier: MIT
# What hakmem-run does not start, since it would run with another malloc or not at all, and the reason it gives: programs
# that define malloc themselves, sanitizers, a library that cannot be read, a missing interpreter, half a program. A program
# that is linked with another malloc gets a line.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"

refuses()
{
	file=$1 reason=$2
	shift 2
	"$HAKMEM_RUN" "$file" "$@" >out 2>&1
	got=$?
	[ "$got" = 126 ] || fail "$file: exit code $got, not 126" "$(cat out)"
	grep -q "^hakmem-run: .*$reason" out || fail "$file: no reason" "$(cat out)"
}
takes()
{
	"$HAKMEM_RUN" "$@" >out 2>&1 || fail "$1 is refused" "$(cat out)"
}

cat >own.c <<'END'
#include <stddef.h>
#include <string.h>
static char pool[1 << 20];
static size_t used;
void *malloc(size_t n) { void *p = pool + used; used += (n + 31) & ~(size_t)15; return used < sizeof(pool) ? p : NULL; }
void free(void *p) { (void)p; }
void *calloc(size_t n, size_t s) { void *p = malloc(n * s); return p ? memset(p, 0, n * s) : p; }
void *realloc(void *p, size_t n) { void *q = malloc(n); return q && p ? memcpy(q, p, n) : q; }
int main(void) { return 0; }
END
echo 'int main(void) { return 0; }' >main.c
$CC -w -fno-builtin -o own own.c || fail 'own.c'
$CC -o plain main.c || fail 'main.c'
$CC -rdynamic -o exports main.c || fail 'main.c'
refuses ./own 'defines malloc itself'
takes ./plain
takes ./exports
for hash in sysv both; do
	# Not every linker's tables have the short way to a name.
	$CC -w -fno-builtin -Wl,--hash-style=$hash -o own-$hash own.c 2>/dev/null || continue
	[ "$hash" = sysv ] || refuses ./own-$hash 'defines malloc itself'
done
for compiler in clang gcc; do
	$compiler -fsanitize=address -o "asan-$compiler" main.c 2>/dev/null || continue
	refuses "./asan-$compiler" 'malloc itself\|sanitizer'
done
printf '#!%s/own\n' "$PWD" >script
chmod +x script
refuses ./script 'defines malloc itself'

# Another malloc as a library: it runs, with ours, and is told.
cat >jemalloc.c <<'END'
int jemalloc_is_here(void) { return 0; }
END
echo 'int jemalloc_is_here(void); int main(void) { return jemalloc_is_here(); }' >linked.c
$CC -shared -fPIC -Wl,-soname,libjemalloc.so.2 -o libjemalloc.so.2 jemalloc.c || fail 'jemalloc.c'
$CC -o linked linked.c ./libjemalloc.so.2 -Wl,-rpath,"$PWD" || fail 'linked.c'
takes ./linked
grep -q '^hakmem-run: ./linked: .*libjemalloc.so.2' out || fail 'another malloc is not told' "$(cat out)"
takes ./plain
[ ! -s out ] || fail 'something is said of a plain program' "$(cat out)"

printf '#!%s/no-such-shell -e\n' "$PWD" >lost
chmod +x lost
refuses ./lost "$PWD/no-such-shell.*does not exist"
$CC -o alien main.c -Wl,--dynamic-linker="$PWD/ld-nothing.so" || fail 'alien'
refuses ./alien 'ld-nothing.so.*does not exist'
head -c 80 plain >half
chmod +x half
refuses ./half 'damaged or cut off'

# A private prefix: for who becomes another user on the way.
mkdir -p private/.libs private/tools
cp "$HAKMEM_RUN" private/tools/hakmem-run
cp -L "$HAKMEM_LIB" private/.libs/libhakmem.so.1
: >private/libhakmem.la
chmod 700 private
HAKMEM_RUN=$PWD/private/tools/hakmem-run
printf '#!/bin/sh\nshift 2\nexec "$@"\n' >runuser
chmod +x runuser
refuses ./runuser 'be able to read' -u nobody ./plain
takes ./plain
if [ "$(id -u)" != 0 ]; then
	chmod 0 private/.libs/libhakmem.so.1
	refuses ./plain 'cannot be read'
fi
