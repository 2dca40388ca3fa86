#!/bin/sh
# SPDX-License-Identifier: MIT
# No test changes a setting of the kernel uninvited: other programs meet it, too, as sanitizers of another test run
# that could not reserve their addresses.
. "$srcdir/testsuite/lib/build.sh"

grep -lE '/(proc/sys|sys/kernel)/' "$srcdir"/testsuite/hakmem.*/*.sh | grep -v '/machine\.sh$' >scripts
[ -s scripts ] || fail 'no such test found'
while read -r script; do
	rc=0
	said=$(HAK_MACHINE='' sh "$script") || rc=$?
	case "$rc $said" in
	"77 "*HAK_MACHINE=yes*) ;;
	*) fail "${script##*/} does not ask for HAK_MACHINE=yes: exit $rc, $said" ;;
	esac
done <scripts
