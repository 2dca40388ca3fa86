#!/bin/sh
# SPDX-License-Identifier: MIT
# The program takes hakmem-run's place: its process id, its signals, those that are ignored, each exit code.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"

for code in 0 1 126 127 255; do
	"$HAKMEM_RUN" sh -c "exit $code"
	got=$?
	[ "$got" = "$code" ] || fail "exit code $got, not $code"
done

# It must be the program, not hakmem-run's shell, that the signal meets.
cat >program <<'END'
#!/bin/sh
trap 'exit 42' USR1
echo $$ >pid.new && mv pid.new pid
while :; do sleep 0.1; done
END
chmod +x program
for pair in USR1:42 TERM:143 HUP:129 KILL:137; do
	signal=${pair%:*} wanted=${pair#*:}
	rm -f pid
	"$HAKMEM_RUN" ./program &
	job=$!
	tries=0
	until [ -f pid ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 300 ] || fail 'the program does not start'
		sleep 0.1
	done
	[ "$(cat pid)" = "$job" ] || fail "process $(cat pid), not $job"
	check_preloaded "$job"
	kill -"$signal" "$job"
	wait "$job" 2>/dev/null
	got=$?
	[ "$got" = "$wanted" ] || fail "SIG$signal: exit code $got, not $wanted"
done
(
	trap '' TERM
	"$HAKMEM_RUN" sh -c 'kill -TERM $$; exit 5'
	[ $? = 5 ]
) || fail 'a signal that was ignored no longer is'
