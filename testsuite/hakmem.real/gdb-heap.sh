#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-plain: expects blocks in caches
# hak-timeout: 180
# gdb's commands hakmem heap, block, check and leaks, with a stripped library, on a program that runs and on its core: blocks
# live, cached, free, in flight, runs and large ones; planted leaks are found, what something leads to is not; planted damage
# is a fault.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need gdb strip
gdb -nx -batch -ex 'python print("python is there")' 2>/dev/null | grep -q 'python is there' || unsupported 'gdb without Python'
strip -o libhakmem.so.1 "$HAKMEM_LIB" || fail 'strip'

cat >program.c <<'C'
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
char *alive, *inside, *freed, *run, *large, *foreign;
void *kept[300], *remote[300];
static uintptr_t hidden[50];
static char local[10];
static void *free_remote(void *unused)
{
	/* Without a cache of its own: they go home by their slab's remote bits. */
	for (int i = 0; i < 300; i++)
		free(remote[i]);
	return unused;
}
__attribute__((noinline)) static void plant(void)
{
	for (int i = 0; i < 50; i++) {
		char **p = malloc(4000);

		memset(p, 0, 4000);
		p[3] = malloc(72); /* lost with the block that leads to it */
		memset(p[3], 0, 72);
		hidden[i] = ~(uintptr_t)p;
	}
}
__attribute__((noinline)) static void wipe(void)
{
	volatile char stack[20000];

	memset((char *)stack, 0, sizeof stack);
}
__attribute__((noinline)) void stop_here(void)
{
	__asm__ volatile("" ::: "memory");
}
int main(void)
{
	pthread_t thread;

	for (int i = 0; i < 300; i++) {
		char **p = malloc((size_t)i * 7 + 20);

		memset(p, 0, (size_t)i * 7 + 20);
		*p = malloc(5000); /* only this leads to it */
		memset(*p, 0, 5000);
		kept[i] = p;
		remote[i] = malloc(640);
	}
	alive = kept[100];
	inside = alive + 9;
	freed = malloc(300);
	free(freed);
	run = malloc(700000);
	large = malloc(9 << 20);
	foreign = local;
	plant();
	pthread_create(&thread, NULL, free_remote, NULL);
	pthread_join(thread, NULL);
	wipe();
	stop_here();
	/* A block's live byte set while a cache holds it, and a false count: planted by the debugger. */
	stop_here();
	return hidden[0] == 0;
}
C
# shellcheck disable=SC2086 # words
$CC $CFLAGS -g -O1 -w -fno-builtin -pthread -o program program.c || fail 'does not compile'

cat >commands <<END
source $srcdir/tools/hakmem-gdb.py
echo \\n== block\\n
hakmem block alive
hakmem block inside
hakmem block freed
hakmem block run + 5
hakmem block large + 1000000
hakmem block foreign
echo == remote\\n
hakmem block remote[7]
echo == heap\\n
hakmem heap
echo == check\\n
hakmem check
echo == leaks\\n
hakmem leaks 2
echo == end\\n
END
cat >live <<END
set pagination off
set confirm off
set debuginfod enabled off
set exec-wrapper env LD_PRELOAD=$PWD/libhakmem.so.1
set breakpoint pending on
break stop_here
run
$(cat commands)
generate-core-file core.live
END
gdb -nx -batch -x live ./program >live.out 2>&1
! grep -q 'ptrace: Operation not permitted' live.out || unsupported 'no debugging here'
grep -q '^== end' live.out || fail 'gdb does not get to the end' "$(tail -n 30 live.out)"
[ -s core.live ] || fail 'no core' "$(tail -n 5 live.out)"
gdb -nx -batch -ex 'set debuginfod enabled off' -x commands ./program core.live >core.out 2>&1
grep -q '^== end' core.out || fail 'gdb does not get to the end of the core' "$(tail -n 30 core.out)"

# section NAME OUTPUT
section()
{
	sed -n "/^== $1\$/,/^== /p" "$2" | sed '/^==/d'
}
for out in live.out core.out; do
	section block $out >block.out
	for line in '^0x[0-9a-f]*: the block 0x[0-9a-f]* of 720 bytes, live$\|^0x[0-9a-f]*: the block 0x[0-9a-f]* of 768 bytes, live$' \
		': 9 bytes into the block 0x[0-9a-f]* of 7[26][08] bytes, live$' \
		': the block 0x[0-9a-f]* of 320 bytes, in a cache$' \
		': 5 bytes into the block 0x[0-9a-f]* of 70[0-9]* bytes, live; a run' \
		': 1000000 bytes into the block 0x[0-9a-f]* of 9437184 bytes, live; large' \
		": not libhakmem's\$" '  block [0-9]* of [0-9]* in the slab at 0x'; do
		grep -q -- "$line" block.out || fail "$out, block: no $line" "$(cat block.out)"
	done
	section remote $out | grep -q 'of 640 bytes, \(in flight\|in a cache\|free\)$' || fail "$out" "$(section remote $out)"
	section heap $out >heap.out
	grep -q '^  1 runs, .*; 1 large blocks, 9.0 MiB$' heap.out || fail "$out, heap" "$(cat heap.out)"
	awk '$1 == 5120 && $2 >= 300 { found = 1 } END { exit !found }' heap.out || fail "$out, heap: 300 blocks of 5120" "$(cat heap.out)"
	section check $out | grep -q '^0 faults in [0-9]* blocks of [0-9]* slabs; 0 blocks in' || fail "$out" "$(section check $out)"
	section leaks $out >leaks.out
	# A few may be kept by what is left of their addresses in registers and on stacks.
	awk '/ of 4096 bytes: / { big = $1 } / of 80 bytes: / { small = $1 } / blocks lost, / { all = $1 }
		END { exit !(big >= 45 && big <= 50 && small >= 45 && small <= 50 && all == big + small) }' leaks.out ||
		fail "$out: 50 of 4096 and of 80 bytes are lost, nothing else" "$(cat leaks.out)"
done

# What is wrong is found: a free block that is said to be live, and a wrong count.
cat >damage <<END
set pagination off
set confirm off
set debuginfod enabled off
set exec-wrapper env LD_PRELOAD=$PWD/libhakmem.so.1
set breakpoint pending on
break stop_here
run
source $srcdir/tools/hakmem-gdb.py
python
import __main__
h = Heap()
cached, _ = h.cached()
blocks = Blocks(h)
slab = blocks.slab_of(sorted(cached)[0])
i = (sorted(cached)[0] - slab.base) // slab.size
gdb.selected_inferior().write_memory(h.word(slab.address + h.at["slab_live"]) + i, b"\\1")
gdb.selected_inferior().write_memory(slab.address + h.at["slab_n_free"], (slab.n_free + 3).to_bytes(4, h.memory.order))
end
hakmem check
echo == end\\n
kill
END
gdb -nx -batch -x damage ./program >damage.out 2>&1
grep -q 'is live and in a cache$' damage.out || fail 'a cached block that is live' "$(tail -n 20 damage.out)"
grep -q 'blocks free, but [0-9]* counted$' damage.out || fail 'a wrong count' "$(tail -n 20 damage.out)"
grep -q '^2 faults in ' damage.out || fail 'not just these' "$(tail -n 20 damage.out)"

# A program without libhakmem is told so.
gdb -nx -batch -ex 'break stop_here' -ex run -x commands ./program >plain.out 2>&1
grep -q 'hakmem: no libhakmem' plain.out || fail 'without libhakmem' "$(tail -n 5 plain.out)"
