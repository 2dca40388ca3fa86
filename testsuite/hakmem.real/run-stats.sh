#!/bin/sh
# SPDX-License-Identifier: MIT
# hakmem-run --stats writes the statistics of programs that close their standard error before they end, as coreutils,
# grep, find and xz do, and of those that end by _exit(), as dash does; once, and never into another file.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"

once()
{
	"$HAKMEM_RUN" --stats "$@" >out 2>err || fail "$*: exit code $?" "$(cat err)"
	[ "$(grep -c '^hakmem .* statistics' err)" = 1 ] || fail "$*: not once" "$(cat err)"
	! grep -q '^hakmem .* statistics' out || fail "$*: in the output"
}
echo text >file
once ls
once grep -q text file
once find . -name file
once sort file
command -v xz >/dev/null && once xz -k file
once sh -c :
once sh -c 'exit 0'
[ "$("$HAKMEM_RUN" --stats=json sh -c 'exit 3' 2>&1 | grep -c '^{"version"')" = 1 ] || fail '--stats=json'
"$HAKMEM_RUN" --stats sh -c 'exit 3' 2>err
[ $? = 3 ] || fail 'the exit code is lost'

# A signal handler may call _exit(), and may have interrupted whoever holds a lock.
cat >handler.c <<'END'
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>
static void on_alarm(int sig)
{
	(void)sig;
	_exit(4);
}
int main(int argc, char **argv)
{
	static void *blocks[3000];
	struct itimerval once = { { 0, 0 }, { 0, 0 } };

	once.it_value.tv_usec = argc > 1 ? 3000 + 97 * atoi(argv[1]) : 3000;
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &once, NULL);
	for (;;) {
		for (int i = 0; i < 3000; i++)
			blocks[i] = malloc(80000);
		for (int i = 0; i < 3000; i++)
			free(blocks[i]);
	}
}
END
$CC -w -fno-builtin -o handler handler.c || fail 'handler.c'
round=0
while [ "$round" -lt 40 ]; do
	"$SUPERVISE" -t 20 -e err -- "$HAKMEM_RUN" --stats ./handler $round
	[ $? = 4 ] || fail "round $round: it does not end: $(tail -n 3 err)"
	round=$((round + 1))
done

# All of its descriptors closed, and one of their numbers used anew: that file is none of ours.
cat >closes.c <<'END'
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	free(malloc(100));
	for (int fd = 2; fd < 1024; fd++)
		close(fd);
	for (int fd = 2; fd < 300; fd++)
		if (open("mine", O_WRONLY | O_CREAT | O_APPEND, 0600) != fd)
			return 1;
	close(2);
	return 0;
}
END
$CC -w -o closes closes.c || fail 'closes.c'
rm -f mine
"$HAKMEM_RUN" --stats ./closes 2>err || fail "exit code $?"
[ ! -s mine ] || fail "the program's own file has them" "$(cat mine)"
# Without the option there is no descriptor of ours.
"$HAKMEM_RUN" sh -c 'ls -l /proc/$$/fd' >ours && sh -c 'ls -l /proc/$$/fd' >plain
[ "$(wc -l <ours)" = "$(wc -l <plain)" ] || fail 'a descriptor without the option' "$(cat ours)"
