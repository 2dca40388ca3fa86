#!/bin/sh
# SPDX-License-Identifier: MIT
# hakmem-run merges its options with HAKMEM_CONF and keeps what LD_PRELOAD held; bad options are refused.
. "$srcdir/testsuite/lib/build.sh"
need_override

cat >show <<'END'
#!/bin/sh
echo "$HAKMEM_CONF|$LD_PRELOAD|$#|$2"
END
chmod +x show
unset HAKMEM_CONF LD_PRELOAD

gives()
{
	wanted=$1
	shift
	"$@" >out 2>err || fail "$*: exit code $?" "$(cat err)"
	[ "$(cat out)" = "$wanted" ] || fail "$*: $(cat out)" "wanted: $wanted"
}
refuses()
{
	code=$1 word=$2
	shift 2
	"$HAKMEM_RUN" "$@" >out 2>err
	got=$?
	[ "$got" = "$code" ] || fail "hakmem-run $*: exit code $got, not $code" "$(cat err)"
	grep -q "^hakmem-run: .*$word" err || fail "hakmem-run $*: $(cat err)"
}

gives "|$HAKMEM_LIB|0|" "$HAKMEM_RUN" ./show
gives "stats:none|$HAKMEM_LIB|2|b c" "$HAKMEM_RUN" -o stats:none -- ./show -o 'b c'
gives "purge_delay:0,cache_cap:3,diet:true|$HAKMEM_LIB|0|" \
	"$HAKMEM_RUN" -o purge_delay=0 -ocache_cap:3 --diet ./show
gives "strict:true,diet:true|$HAKMEM_LIB|0|" env HAKMEM_CONF=strict:true "$HAKMEM_RUN" --diet ./show
gives "stats_page:true|$HAKMEM_LIB|0|" "$HAKMEM_RUN" --watch ./show
gives "pad:false,profile:hardened|$HAKMEM_LIB|0|" env HAKMEM_CONF=pad:false "$HAKMEM_RUN" --hardened ./show
gives "profile:debug|$HAKMEM_LIB|0|" "$HAKMEM_RUN" --debug ./show
libc=$(ldd /bin/true | sed -n 's/.*=> \(.*libc\.so[^ ]*\) .*/\1/p')
gives "|$HAKMEM_LIB:$libc|0|" env LD_PRELOAD="$libc" "$HAKMEM_RUN" ./show

gives "stats:exit|$HAKMEM_LIB:$builddir/tools/exit-stats.so|0|" "$HAKMEM_RUN" --stats ./show 2>/dev/null
gives "|$HAKMEM_LIB:$builddir/tools/no-deepbind.so|0|" "$HAKMEM_RUN" --no-deepbind ./show
gives "profile:hardened|$HAKMEM_LIB:$builddir/tools/check-copy.so|0|" "$HAKMEM_RUN" --check-copy --hardened ./show
gives "guard_sample:now|$HAKMEM_LIB:$builddir/tools/tell-faults.so|0|" "$HAKMEM_RUN" --tell-faults -o guard_sample:now ./show
"$HAKMEM_RUN" --stats true 2>err
grep -q 'allocated' err || fail "--stats: $(cat err)"
"$HAKMEM_RUN" --stats=json true 2>err
grep -q '^{' err || fail "--stats=json: $(cat err)"

refuses 2 'no program'
refuses 2 'unknown option' --nonsense true
refuses 2 'KEY:VALUE' -o
refuses 2 'KEY:VALUE' -o diet true
refuses 2 'KEY:VALUE' -o a:b,c:d true
refuses 2 'json' --stats=xml true
refuses 127 'not found' ./no-such-program
refuses 127 'not found' no-such-program
refuses 126 'folder' /
refuses 126 'not executable' ./out

"$HAKMEM_RUN" --help | grep -q '^Usage: hakmem-run' || fail '--help'
"$HAKMEM_RUN" --version | grep -q "$(sed -n 's/^#define HAKMEM_VERSION "\(.*\)".*/\1/p' "$srcdir/include/hakmem.h")" ||
	fail '--version'
[ "$("$HAKMEM_RUN" -h)" = "$("$HAKMEM_RUN" --help)" ] || fail '-h'
[ "$("$HAKMEM_RUN" -V)" = "$("$HAKMEM_RUN" --version)" ] || fail '-V'
[ "$("$HAKMEM_RUN" --library)" = "$HAKMEM_LIB" ] || fail '--library'
