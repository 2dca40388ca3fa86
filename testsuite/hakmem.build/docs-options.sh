#!/bin/sh
# SPDX-License-Identifier: MIT
# hakmem.conf(5) and lib/conf/options.c have the same options, with the same values and defaults, and agree on
# which can be changed at run time.
. "$srcdir/testsuite/lib/build.sh"
need awk

cat >options.c <<'END'
#include <hakmem.h>
#include <errno.h>
#include <stdio.h>
int main(int argc, char **argv)
{
	char value[100];

	for (int i = 1; i < argc; i++) {
		if (hakmem_option_get(argv[i], value, sizeof value) == 0)
			return 1;
		printf("%s|%s|%s\n", argv[i], value, hakmem_option_set(argv[i], value) == 0 ? "yes" :
			errno == EPERM ? "no" : "?");
	}
	return 0;
}
END
# shellcheck disable=SC2086 # CC and CFLAGS may hold several words
$CC $CFLAGS -I"$srcdir/include" -o program options.c -L"$builddir/.libs" -Wl,-rpath,"$builddir/.libs" \
	-lhakmem || fail 'does not compile'

# The table's names: FIELD(name) or "name", first thing in a line of it.
sed -n '/^static const struct option options/,/^};/p' "$srcdir/lib/conf/options.c" |
	sed -n 's/^	{ FIELD(\([a-z_]*\)).*/\1/p; s/^	{ "\([a-z_]*\)".*/\1/p' >names
[ "$(wc -l <names)" -ge 6 ] || fail 'hardly an option found in options.c'

# name|values|default|run time, of the library: the values by what it says of a wrong one.
# shellcheck disable=SC2046 # no blanks in names
./program $(cat names) >values || fail 'an option of options.c is unknown to the library'
while IFS='|' read -r name value can_change; do
	range=$(HAKMEM_CONF="$name:?" ./program strict 2>&1 >/dev/null |
		sed -n 's/,//g; s/ to / /g; s/; see hakmem.conf(5)$//; s/.*: it takes //p')
	[ -n "$range" ] || fail "$name: the library does not say what it takes"
	echo "$name|$range|$value|$can_change"
done <values | sort >library

# The same of the page, and whether each section tells the price.
awk '
	function finish() {
		if (name == "")
			return
		sub(/^ /, "", values)
		print name "|" values "|" standard "|" can_change
		if (!has_cost)
			print name ": does not tell what it costs" >"costless"
	}
	/^\.Sh / { finish(); name = ""; is_options = ($2 == "OPTIONS"); next }
	!is_options { next }
	/^\.Ss / { finish(); name = $2; values = standard = can_change = item = ""; has_cost = 0; next }
	/^\.It (Values|Default):/ { item = $2; next }
	/^\.It Run time:/ { getline; can_change = $1; item = ""; next }
	/^\.El/ { item = "" }
	/^\.Cm / && item == "Values:" { values = values " " $2 }
	/^\.Cm / && item == "Default:" { standard = $2 }
	/[Tt]he cost/ { has_cost = 1 }
' "$srcdir/man/hakmem.conf.5" | sort >page
diff library page || fail 'hakmem.conf.5 (>) differs from the library (<)'
[ ! -f costless ] || fail "$(cat costless)"
