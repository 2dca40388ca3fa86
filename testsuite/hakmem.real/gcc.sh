#!/bin/sh
# SPDX-License-Identifier: MIT
# hak-timeout: 120
# gcc -O2 and g++ -O2 compile real sources to the same objects, byte for byte.
. "${srcdir:?}/testsuite/hakmem.real/real.inc"
need gcc

n=0
for file in "$srcdir"/lib/*/*.c; do
	case $file in
	*/slab.c | */superslab.c) ;;
	*) continue ;;
	esac
	gcc -std=gnu11 -O2 -w -I"${builddir:?}" -I"$srcdir/lib" -I"$srcdir/include" -DHAVE_CONFIG_H -c -o plain.o "$file" ||
		fail "$file without libhakmem"
	"$HAKMEM_RUN" gcc -std=gnu11 -O2 -w -I"${builddir:?}" -I"$srcdir/lib" -I"$srcdir/include" -DHAVE_CONFIG_H -c \
		-o preloaded.o "$file" || fail "$file"
	cmp plain.o preloaded.o || fail "$file: another object"
	n=$((n + 1))
done
[ $n -ge 2 ] || fail "only $n files"
command -v g++ >/dev/null || exit 0
cat >work.cc <<'END'
#include <algorithm>
#include <map>
#include <string>
#include <vector>
std::map<std::string, std::vector<int>> found;
int count(const std::string &text)
{
	std::string word;
	for (char c : text) {
		if (c != ' ')
			word += c;
		else
			found[word].push_back((int)word.length()), word.clear();
	}
	for (auto &entry : found)
		std::sort(entry.second.begin(), entry.second.end(), [&](int a, int b) { return a > b; });
	return (int)found.size();
}
END
g++ -O2 -pipe -c -o plain.o work.cc || fail 'g++ without libhakmem'
"$HAKMEM_RUN" g++ -O2 -pipe -c -o preloaded.o work.cc || fail 'g++'
cmp plain.o preloaded.o || fail 'work.cc: another object'
