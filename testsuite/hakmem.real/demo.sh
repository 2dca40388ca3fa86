#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-plain: debug: it looks at what the program says itself
# hak-timeout: 240
# The demo repeats each program in turn with libhakmem and without, ends in a table of medians and spreads and a sentence
# under it, says when the machine is busy, and shows memory given back and a bad free reported.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need gcc python3

demo=$srcdir/tools/hakmem-demo
python3 "$demo" --rounds 2 --only python3 "${builddir:?}" >out 2>err || fail "exit code $?" "$(cat out err)"
[ ! -s err ] || fail "$(cat err)"
# In turn, and the other way round the next time.
grep -q '^1 .*python3.*as it is.*hakmem' out || fail 'not in turn' "$(cat out)"
grep -q '^2 .*python3.*hakmem.*as it is' out || fail 'not in turn' "$(cat out)"
row=$(grep -n '^python3.* ±.* same$' out | cut -d : -f 1)
[ -n "$row" ] || fail 'no medians with spreads' "$(cat out)"
sed "1,${row}d" out >under
[ "$(wc -l <under)" -le 12 ] || fail 'much stands under the table' "$(cat out)"
grep -q 'median' under || fail 'nothing says what the figures are' "$(cat out)"
grep -qE 'CPU time.*(less|more|no difference)' under || fail 'nothing says how it compares' "$(cat out)"
sed -n "1,${row}p" out | grep -qE 'given back.*: *[0-9]+ MiB.*[0-9]+ MiB' || fail 'no memory given back' "$(cat out)"
grep -q 'hakmem: free(0x[0-9a-f]*): double free' out || fail 'no bad free' "$(cat out)"

cat >notes.py <<'END'
import importlib.machinery, importlib.util, sys
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("demo", sys.argv[1])
demo = importlib.util.module_from_spec(importlib.util.spec_from_loader("demo", loader))
loader.exec_module(demo)
assert demo.busy_note(0.01) == "" and "busy" in demo.busy_note(0.4) and "40 %" in demo.busy_note(0.4)
assert demo.spread([1.0]) == 0 and demo.spread([1, 2, 3, 4, 100]) < 5
# Less, more, and what lies within the spreads.
low, high, wide = [1.0, 1.01, 1.02], [2.0, 2.01, 2.02], [1.0, 1.5, 2.0]
assert demo.verdict([("a", high, low), ("b", low, high), ("c", low, wide)]) == (["a"], ["b"], ["c"])
END
python3 notes.py "$demo" || fail 'the notes'
python3 "$demo" --rounds none "$builddir" >out 2>err
[ $? = 2 ] || fail 'wrong usage: not 2'
