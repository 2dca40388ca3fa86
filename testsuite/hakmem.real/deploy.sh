#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# What doc/DEPLOY says is tried as it stands there: the drop-in, the image, the patch of a deployment, the command that
# puts the library before others, patchelf.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
doctor=$(dirname "$HAKMEM_RUN")/hakmem-doctor
unset HAKMEM_CONF LD_PRELOAD

# The indented lines from "# NAME" to the next empty one: snippet NAME
snippet()
{
	awk -v name="    # $1" '$0 == name { is_on = 1; next } !/^    / { is_on = 0 } is_on { print substr($0, 5) }' \
		"$srcdir/doc/DEPLOY"
}

cat >main.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void)
{
	char line[4096];
	int n = 0;
	FILE *f = fopen("/proc/self/maps", "r");
	void *volatile p = malloc(100);

	while (f && fgets(line, sizeof line, f))
		n += strstr(line, "libhakmem.so") != NULL;
	free(p);
	puts(n > 0 ? "with" : "without");
	return 0;
}
END
$CC -fno-builtin -o main main.c || fail 'main.c'
[ "$(./main)" = without ] || fail 'the library is there without being asked for'
here=$(dirname "$HAKMEM_LIB")

# What a drop-in sets is what the service has. The dynamic linker knows the folder as if it were installed.
snippet '/etc/systemd/system/NAME.service.d/override.conf' >dropin
sed -n 's/^Environment=//p' dropin >variables
grep -qx 'LD_PRELOAD=libhakmem.so.1' variables || fail 'the drop-in' "$(cat dropin)"
# shellcheck disable=SC2046 # no blanks in them
[ "$(env LD_LIBRARY_PATH="$here" $(cat variables) ./main)" = with ] || fail "the drop-in's environment"
if command -v systemd-analyze >/dev/null; then
	mkdir -p unit.service.d
	printf '[Service]\nExecStart=/bin/true\n' >unit.service
	for n in 1 2; do
		# Two of them: the second one has its own ExecStart.
		awk -v n="$n" '/^\[Service\]/ { i++ } i == n' dropin |
			sed "s|ExecStart=hakmem-run|ExecStart=$HAKMEM_RUN|; s|/usr/sbin/NAME|/bin/true|" >unit.service.d/override.conf
		systemd-analyze verify ./unit.service >log 2>&1 || fail 'systemd-analyze' "$(cat log)"
		! grep -i 'override.conf' log || fail 'systemd-analyze complains'
	done
fi
# shellcheck disable=SC2046
command=$(sed -n 's/^ExecStart=hakmem-run //p' dropin | sed "s|/usr/sbin/NAME|./main|")
# shellcheck disable=SC2086 # words
[ "$("$HAKMEM_RUN" $command)" = with ] || fail "the drop-in's ExecStart"

# The command of a pod.
snippet 'in front of what is there' >command.sh
echo 'int other(void); int other(void) { return 0; }' >other.c
$CC -shared -fPIC -o other.so other.c || fail 'other.c'
# shellcheck disable=SC2016 # for the inner shell
printf '#!/bin/sh\n./main; echo "$LD_PRELOAD"\n' >program
chmod +x program
export LD_LIBRARY_PATH="$here"
[ "$(sh -c "$(cat command.sh)" sh ./program)" = "with
libhakmem.so.1" ] || fail 'the command of a pod'
[ "$(LD_PRELOAD=$PWD/other.so sh -c "$(cat command.sh)" sh ./program)" = "with
libhakmem.so.1:$PWD/other.so" ] || fail 'the command of a pod drops what was preloaded'
unset LD_LIBRARY_PATH
grep -qF "$(sed 's/"/\\"/g' command.sh)" "$srcdir/doc/DEPLOY" || fail 'the command is not the one of the pod'

# The patch of a deployment keeps what is there.
snippet preload.yaml >patch.yaml
[ "$(grep -c . patch.yaml)" -ge 8 ] || fail 'no patch' "$(cat patch.yaml)"
if command -v kubectl >/dev/null; then
	cat >deployment.yaml <<'END'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "web:1", env: [{name: PORT, value: "80"}]}
      - {name: side, image: "side:1"}
END
	HOME=$PWD kubectl patch --local -f deployment.yaml --patch-file patch.yaml -o yaml >patched 2>log ||
		fail 'kubectl' "$(cat log)"
	for name in LD_PRELOAD HAKMEM_CONF PORT; do
		[ "$(grep -c "name: $name\$" patched)" = 1 ] || fail "$name is not there once" "$(cat patched)"
	done
	grep -q 'name: side' patched || fail 'the other container is gone'
fi

if command -v patchelf >/dev/null; then
	cp main patched-main
	snippet 'for good' | sed 's/PROGRAM/patched-main/' >patch.sh
	sh -e patch.sh || fail 'patchelf'
	export LD_LIBRARY_PATH="$here"
	[ "$(./patched-main)" = with ] || fail 'a patched program has no library'
	"$doctor" ./patched-main >out || fail 'a patched program: malloc is not bound' "$(cat out)"
	unset LD_LIBRARY_PATH
fi

# An image: the lines of the second Dockerfile, done by hand. It takes root to go into it.
snippet 'Dockerfile, with a library built in another stage, for the same C library' >dockerfile
copy=$(sed -n 's/^COPY --from=build \(.*\) \(.*\)$/\2/p' dockerfile)
preload=$(sed -n 's/^ENV LD_PRELOAD=//p' dockerfile)
if [ -z "$copy" ] || [ -z "$preload" ]; then
	fail 'the Dockerfile' "$(cat dockerfile)"
fi
[ "$(id -u)" = 0 ] && command -v ldd >/dev/null && command -v ldconfig >/dev/null || exit 0
mkdir -p "image/${copy%/*}" image/etc image/bin image/proc
for file in /bin/sh $(ldd /bin/sh | grep -o '/[^ ]*'); do
	mkdir -p "image/${file%/*}"
	cp -L "$file" "image$file"
done
chroot image /bin/sh -c : 2>/dev/null || { echo 'no image can be entered here'; exit 0; }
cp -L "$HAKMEM_LIB" "image$copy"
chmod 644 "image$copy"
"$doctor" image >out && fail 'without ldconfig it should not be found' "$(cat out)"
grep -q '^fix: *RUN ldconfig' out || fail 'ldconfig is not named' "$(cat out)"
echo "${copy%/*}" >image/etc/ld.so.conf
ldconfig -r image 2>log || fail 'ldconfig' "$(cat log)"
"$doctor" image >out || fail 'the image' "$(cat out)"
grep -q "ENV LD_PRELOAD=$preload" out || fail 'ENV' "$(cat out)"
# A shell that ends by _exit() writes none, one that reads a wrong option tells so.
env -i HAKMEM_CONF=no_such:1 LD_PRELOAD="$preload" "$(command -v chroot)" image /bin/sh -c : 2>err
grep -q 'unknown option "no_such"' err || fail 'the programs of the image have no library' "$(cat err)"
