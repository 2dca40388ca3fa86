#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-plain: there are no sentries
# hakmem-run --tell-faults says what ended a program, which then ends as ever; of a fault elsewhere, or a signal that was sent,
# it says nothing, and a program's own handler stays.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"

cat >planted.c <<-'END'
	#include <signal.h>
	#include <stdlib.h>
	#include <unistd.h>

	static void end(int number)
	{
		_exit(number);
	}

	int main(int argc, char **argv)
	{
		if (argc > 2)
			signal(SIGSEGV, end);
		for (int i = 0; argv[1][0] == 'p' && i < 2000000; i++) {
			volatile char *p = malloc(96);

			free((void *)p);
			p[3] = 1;
			if (i % 100 == 0)
				usleep(1000);
		}
		return raise(SIGSEGV);
	}
END
${CC:?} -O1 -fno-builtin -o planted planted.c

# ends STATUS ARGUMENT...
ends()
{
	wanted=$1
	shift
	status=0
	"$HAKMEM_RUN" --tell-faults -o guard_sample:now ./planted "$@" 2>err || status=$?
	[ $status = "$wanted" ] || fail "planted $*: exit $status" "$(cat err)"
}

ends 139 planted
for line in 'access to 0x[0-9a-f]*: use after free, 3 bytes into the block 0x[0-9a-f]* of 96 bytes (thread [0-9]*)' \
	'0x[0-9a-f]*: accessed by this thread at planted+0x[0-9a-f]*' '0x[0-9a-f]*: allocated by this thread at planted+0x' \
	'0x[0-9a-f]*: freed by this thread at planted+0x[0-9a-f]*'; do
	grep -q "^hakmem: $line" err || fail "not told: $line" "$(cat err)"
done
ends 139 raised
! grep hakmem err || fail 'says something of a signal that was sent'
ends 11 planted own
! grep hakmem err || fail "a program's own handler was replaced"
