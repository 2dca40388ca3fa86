#!/bin/sh
# SPDX-License-Identifier: MIT
# hakmem-stat --ring shows the very events that the program writes itself, in the order of time; of a program that records none
# it says so.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
stat=${builddir:?}/tools/hakmem-stat

cat >rests.c <<'END'
#include <hakmem.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
#pragma weak hakmem_ring_write
static void *work(void *unused)
{
	void *blocks[3000];

	(void)unused;
	for (int i = 0; i < 3000; i++)
		blocks[i] = malloc((size_t)i % 900 + 1);
	for (int i = 0; i < 3000; i++)
		free(blocks[i]);
	return malloc(300000);
}
int main(void)
{
	pthread_t thread[3];
	void *blocks[3];
	char byte;

	for (int i = 0; i < 3; i++)
		if (pthread_create(&thread[i], NULL, work, NULL) != 0)
			return 1;
	for (int i = 0; i < 3; i++)
		pthread_join(thread[i], &blocks[i]);
	for (int i = 0; i < 3; i++)
		free(blocks[i]);
	hakmem_ring_write(1);
	close(1);
	return read(0, &byte, 1) != 1;
}
END
# shellcheck disable=SC2086 # words
$CC $CFLAGS -w -fno-builtin -I"$srcdir/include" -pthread -o rests rests.c || fail 'does not compile'
mkfifo in || fail 'mkfifo'

# begin CONF: starts it; when it has written its events to the file own, it waits.
begin()
{
	HAKMEM_CONF=$1 "$HAKMEM_RUN" ./rests <in >own &
	pid=$!
	exec 3>in
	n=0
	while [ -n "$(find "/proc/$pid/fd/1" 2>/dev/null)" ] && [ $((n += 1)) -lt 100 ]; do
		sleep 0.1
	done
}
finish()
{
	echo >&3
	exec 3>&-
	wait "$pid" || fail 'the program failed'
}

begin ring:100
"$stat" --ring "$pid" >seen || fail "cannot look: $(cat seen)"
finish
[ "$(wc -l <own)" -ge 100 ] || fail "hardly an event: $(cat own)"
LC_ALL=C sort -c -n -s seen || fail 'not in the order of time'
LC_ALL=C sort own >one
LC_ALL=C sort seen >other
diff one other || fail 'the program (<) and hakmem-stat (>) differ'
grep -q ' run size ' seen || fail 'no run'

begin ring:0
"$stat" --ring "$pid" >seen 2>errors && fail 'shows events where there are none'
finish
grep -q 'records no events.*ring:N' errors || fail "says: $(cat errors)"
[ ! -s own ] || fail "writes: $(cat own)"
[ ! -s seen ] || fail "shows: $(cat seen)"
"$stat" --ring --json 1 2>errors
[ $? = 2 ] || fail 'takes --json'
