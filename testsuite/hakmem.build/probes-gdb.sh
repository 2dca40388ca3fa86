#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 240
# A tracer that attaches to otel_memory:alloc, here gdb, starts the sampler by itself: the weights that it is told sum to what
# was allocated, and otel_memory:free tells of samples alone, each told before. When it leaves, sampling ends.
. "$srcdir/testsuite/lib/build.sh"
need awk gdb readelf
readelf -n "$HAKMEM_LIB" | grep -q 'Provider: otel_memory' || unsupported 'built without sys/sdt.h'
[ -z "$HAK_EMULATOR" ] || unsupported 'gdb cannot follow an emulator'
case $(uname -m) in
x86_64) p=rdi weight=rdx ;;
aarch64) p=x0 weight=x2 ;;
*) unsupported 'whose registers?' ;;
esac

cat >program.c <<'END'
#include <hakmem.h>
#include <stdlib.h>
#include <unistd.h>
static void *kept[100000];
__attribute__((noinline)) void attached(void) { __asm__ volatile(""); }
__attribute__((noinline)) void detached(void) { __asm__ volatile(""); }
static void work(void)
{
	for (int i = 0; i < 100000; i++)
		kept[i] = hakmem_malloc(1024);
	for (int i = 0; i < 100000; i += 2)
		hakmem_free(kept[i]);
}
int main(void)
{
	struct hakmem_stats stats;

	hakmem_free(hakmem_malloc(10));
	attached();
	work();
	detached();
	for (int i = 1; i < 100000; i += 2)
		hakmem_free(kept[i]);
	work();
	hakmem_stats_get(&stats, sizeof(stats));
	return stats.n_samples == 0 ? 0 : 1;
}
END
# shellcheck disable=SC2086 # CC and CFLAGS may hold several words
$CC $CFLAGS -O1 -g -fno-builtin -I"$srcdir/include" -o program program.c -L"$builddir/.libs" \
	-Wl,-rpath,"$builddir/.libs" -lhakmem || fail 'does not compile'
cat >script <<END
set breakpoint pending on
set confirm off
set pagination off
break attached
run
break -probe-stap otel_memory:alloc
commands
silent
printf "alloc %lx %lu\n", \$$p, \$$weight
continue
end
break -probe-stap otel_memory:free
commands
silent
printf "free %lx\n", \$$p
continue
end
break detached
continue
delete
continue
printf "code %d\n", \$_exitcode
END
# Without a time limit of its own on what it cannot find.
DEBUGINFOD_URLS='' gdb -nx -batch -x script ./program >log 2>&1 || unsupported "gdb: $(tail -n 3 log)"
! grep -qiE 'ptrace|not permitted|could not trace' log || unsupported "gdb may not trace: $(tail -n 3 log)"
grep -q '^code 0$' log || fail "$(tail -n 20 log)"
awk '
	$1 == "alloc" { n++; sum += $3; is_there[$2] = 1 }
	$1 == "free" { n_freed++; if (!is_there[$2]) n_wrong++; delete is_there[$2] }
	END {
		wanted = 100000 * 1024
		print n " samples, " sum " of " wanted " bytes, " n_freed " freed"
		# 195 samples: five deviations.
		exit n < 100 || sum < wanted * 0.64 || sum > wanted * 1.36 || n_wrong > 0 || n_freed < n / 4 || n_freed > n
	}' log || fail "$(tail -n 20 log)"
