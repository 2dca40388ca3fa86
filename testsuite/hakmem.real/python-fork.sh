#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 400
# Python's own tests of forking workers, in four parts side by side.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need /usr/bin/python3 env
env --default-signal=INT true 2>/dev/null || unsupported "env knows no --default-signal"
/usr/bin/python3 -c 'import test.test_multiprocessing_fork' 2>/dev/null || unsupported 'no test suite of python3 here'
seconds=$((90 * ${HAK_TIMEOUT_FACTOR:-1}))
look="/usr/bin/python3 '$srcdir/testsuite/hakmem.real/look.py'"

# The shell starts what runs beside it with SIGINT ignored, and Python needs that signal.
# Some of the tests measure time: what fails on a busy machine is run once more (-w).
# And once in a while one hangs in Python itself, which forks while its threads run. So a part that does not end has its
# threads looked at: if none is inside libhakmem, it may try again.
part() # NAME, OPTIONS
{
	name=$1
	shift
	mkdir -p "$name"
	cd "$name" || exit
	for try in first second; do
		code=0
		"$SUPERVISE" -t $seconds -l "$look" "$HAKMEM_RUN" env --default-signal=INT \
			/usr/bin/python3 -m test -w "$@" test_multiprocessing_fork >$try 2>&1 || code=$?
		cat $try >>out
		[ $code = 124 ] || break
		! grep '^look: STUCK' $try || break
	done
	exit "$code"
}
(part processes -m '*WithProcesses*') & processes=$!
(part threads -m '*WithThreads*') & threads=$!
(part manager -m '*WithManager*') & manager=$!
(part rest -i '*WithProcesses*' -i '*WithThreads*' -i '*WithManager*') & rest=$!
bad=
wait $processes || bad="$bad processes"
wait $threads || bad="$bad threads"
wait $manager || bad="$bad manager"
wait $rest || bad="$bad rest"
cat processes/out threads/out manager/out rest/out >out
if [ -n "$bad" ]; then
	! grep '^look: STUCK' out || fail "parts that failed:$bad" "$(grep '^look: ' out)"
	"$SUPERVISE" -t $((2 * seconds)) /usr/bin/python3 -m test -w test_multiprocessing_fork >plain 2>&1 ||
		unsupported 'python3 fails its tests without libhakmem, too'
	fail "parts that failed:$bad" "$(tail -n 100 out)"
fi
! grep '^hakmem: ' out || fail 'the library spoke'
