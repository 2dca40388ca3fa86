#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# No script gives shellcheck anything to say; that it does speak, a broken one shows. .shellcheckrc is its
# configuration.
. "$srcdir/testsuite/lib/build.sh"
need_lint shellcheck

list_texts | while read -r file; do
	case $(head -n 1 "$srcdir/$file" | tr -d '\0') in
	'#!'*/sh | '#!'*bash | '# shellcheck shell='*) echo "$file" ;;
	esac
done >scripts
[ "$(wc -l <scripts)" -ge 70 ] || fail 'hardly a script found'
(cd "$srcdir" && xargs shellcheck) <scripts >log 2>&1 || fail "$(cat log)"
# shellcheck disable=SC2016 # it is not to expand here
printf '#!/bin/sh\nrm $1\n' >broken
! shellcheck broken >log 2>&1 || fail 'it says nothing of a broken script'
grep -q SC2086 log || fail "$(cat log)"
