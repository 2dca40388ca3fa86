#!/bin/sh
# SPDX-License-Identifier: MIT
# hakmem-run --no-deepbind: a plug-in that is opened with RTLD_DEEPBIND gets libhakmem's malloc, too, and its blocks may
# go either way; the RUNPATH of who opens it still counts. Without that switch the two mallocs meet.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"

cat >main.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Arguments: a plug-in; whether it frees our block, or we its. */
int main(int argc, char **argv)
{
	void *h = dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL | RTLD_DEEPBIND);
	void *(*get)(void);
	void (*drop)(void *);

	if (!h || argc != 3) {
		puts(dlerror());
		return 2;
	}
	get = (void *(*)(void))dlsym(h, "plug_get");
	drop = (void (*)(void *))dlsym(h, "plug_drop");
	if (!strcmp(argv[2], "drop"))
		drop(malloc(100));
	else
		free(get());
	puts("ok");
	return 0;
}
END
cat >plug.c <<'END'
#include <stdlib.h>
void *plug_get(void) { return malloc(100); }
void plug_drop(void *p) { free(p); }
END
mkdir plugins
# shellcheck disable=SC2086 # words
{
	$CC $CFLAGS -D_GNU_SOURCE -w -o main main.c -ldl -Wl,-rpath,"$PWD/plugins" -Wl,--enable-new-dtags &&
		$CC $CFLAGS -shared -fPIC -o plugins/plug.so plug.c
} || unsupported 'no RTLD_DEEPBIND here'
./main plug.so get >out || fail "without libhakmem: $(cat out)"
"$HAKMEM_RUN" ./main plug.so drop >out 2>&1 && fail 'RTLD_DEEPBIND does no harm, so this test shows nothing'
for way in get drop; do
	for switches in '--no-deepbind' '--no-deepbind --stats=json'; do
		# shellcheck disable=SC2086 # words
		"$HAKMEM_RUN" $switches -o on_error:abort ./main plug.so "$way" >out 2>&1 ||
			fail "$switches, $way: exit code $?" "$(cat out)"
		grep -qx ok out || fail "$switches, $way: $(cat out)"
	done
done
"$HAKMEM_RUN" --no-deepbind ./main none.so get >out 2>&1
[ $? = 2 ] || fail 'a plug-in that is not there' "$(cat out)"
grep -q 'none.so' out || fail "dlerror: $(cat out)"
