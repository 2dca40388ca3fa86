#!/bin/sh
# SPDX-License-Identifier: MIT
# hakmem-run --no-children: the program has the library, forks of it too, and what it starts has not, but has everything
# else that was preloaded. Without the option, what it starts has it.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"

cat >parent.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static void tell(const char *who)
{
	char line[4096];
	int is_there = 0, is_other = 0;
	FILE *f = fopen("/proc/self/maps", "r");

	while (f && fgets(line, sizeof line, f)) {
		is_there |= strstr(line, "/libhakmem.so") != NULL;
		is_other |= strstr(line, "other.so") != NULL;
	}
	printf("%s %d %d\n", who, is_there, is_other);
	fflush(stdout);
}
int main(int argc, char **argv)
{
	int status;

	(void)argc;
	if (strstr(argv[0], "child"))
		return tell("child"), 0;
	tell("parent");
	if (fork() == 0)
		return tell("fork"), 0;
	wait(&status);
	printf("preload %s\n", getenv("LD_PRELOAD") ? getenv("LD_PRELOAD") : "-");
	printf("mark %s\n", getenv("MARK"));
	fflush(stdout);
	execl("./child", "child", (char *)NULL);
	return 1;
}
END
echo 'int other(void); int other(void) { return 0; }' >other.c
$CC -o parent parent.c || fail 'parent.c'
ln parent child
$CC -shared -fPIC -o other.so other.c || fail 'other.c'
export MARK=kept

tells()
{
	wanted=$1
	shift
	"$@" >out 2>&1 || fail "$* ended with $?" "$(cat out)"
	[ "$(grep -v '^preload' out | tr '\n' ' ')" = "$wanted" ] || fail "$*: wanted $wanted" "$(cat out)"
}
tells 'parent 1 0 fork 1 0 mark kept child 1 0 ' "$HAKMEM_RUN" ./parent
tells 'parent 1 0 fork 1 0 mark kept child 0 0 ' "$HAKMEM_RUN" --no-children ./parent
grep -qx 'preload -' out || fail 'an empty LD_PRELOAD stays' "$(cat out)"
tells 'parent 1 1 fork 1 1 mark kept child 0 1 ' env LD_PRELOAD="$PWD/other.so" "$HAKMEM_RUN" --no-children ./parent
grep -qx "preload $PWD/other.so" out || fail 'what else was preloaded' "$(cat out)"
tells 'parent 1 0 fork 1 0 mark kept child 0 0 ' "$HAKMEM_RUN" --no-children --no-deepbind ./parent
"$HAKMEM_RUN" --no-children --stats sh -c './child; ./child' >out 2>err || fail '--stats'
[ "$(cat out)" = "$(printf 'child 0 0\nchild 0 0')" ] || fail '--stats' "$(cat out)"
[ "$(grep -c '^hakmem .* statistics' err)" = 1 ] || fail "the program's own statistics, and no other" "$(cat err)"
