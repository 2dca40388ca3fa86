#!/bin/sh
# SPDX-License-Identifier: MIT
# doc/walk.md is true: each function of its trees is defined in the file beside it, and called in the file of
# the function it is indented under.
. "$srcdir/testsuite/lib/build.sh"
need awk

awk -v lib="$srcdir/lib" '
	# How often file has name as a whole word before "(": on lines that begin with a tab (calls), or on others,
	# where it is defined.
	function count(file, name, is_call,    line, n, code) {
		n = 0
		while ((code = (getline line <(lib "/" file))) > 0) {
			if (line ~ /^[ \t]*(\*|\/\*)/ || !(line ~ "(^|[^A-Za-z0-9_])" name "\\("))
				continue
			if (is_call ? line ~ /^\t/ : line !~ /^[\t#]/ && line !~ /;[ \t]*(\/\*.*)?$/)
				n++
		}
		close(lib "/" file)
		return code < 0 ? -1 : n
	}
	function complain(text) { printf "walk.md:%d: %s\n", NR, text; is_bad = 1 }

	/^```/ { is_tree = !is_tree; depth = 0; next }
	!is_tree { next }
	$0 !~ /^( {4})*[a-z_]+ +[a-z]+\/[a-z_]+\.[ch]$/ { complain("not of the form: function, file"); next }
	{
		match($0, /^ */)
		level = RLENGTH / 4
		if (level > depth + 1 || (level > 0 && depth == 0 && !(0 in file)))
			complain("indented too far")
		name = $1
		file[level] = $2
		n_lines++
		there = count($2, name, 0)
		if (there < 0)
			complain("no file " $2)
		else if (there == 0)
			complain(name "() is not defined in " $2)
		else if (level > 0 && count(file[level - 1], name, 1) < 1)
			complain(name "() is not called in " file[level - 1])
		depth = level
	}
	END {
		print n_lines " lines checked"
		exit is_bad || n_lines < 60
	}' "$srcdir/doc/walk.md" || fail 'doc/walk.md is not what lib/ is'
