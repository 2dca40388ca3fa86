/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* malloc_info() writes well-formed XML with the elements of glibc's, which add up, and refuses unknown options. */
#include "check.h"

int main(void)
{
	static void *blocks[3000];
	FILE *to;
	size_t i;

	for (i = 0; i < N_OF(blocks); i++)
		CHECK((blocks[i] = malloc(i)));
	for (i = 0; i < N_OF(blocks); i += 2)
		free(blocks[i]);
	CHECK(hide(malloc(MIB(20))));
	CHECK(unsetenv("LD_PRELOAD") == 0); /* python3 may be of another C library */
	to = popen("python3 -c 'import sys, xml.dom.minidom as m\n"
		   "d = m.parse(sys.stdin).documentElement\n"
		   "assert d.tagName == \"malloc\" and d.getAttribute(\"version\")\n"
		   "def all_of(e, name):\n"
		   "    return [c for c in e.childNodes if c.nodeName == name]\n"
		   "def number(e, name):\n"
		   "    return int(e.getAttribute(name))\n"
		   "heap, = all_of(d, \"heap\")\n"
		   "assert number(heap, \"nr\") == 0\n"
		   "sizes, = all_of(heap, \"sizes\")\n"
		   "last = free = n_free = 0\n"
		   "for s in all_of(sizes, \"size\"):\n"
		   "    assert last < number(s, \"from\") <= number(s, \"to\")\n"
		   "    assert number(s, \"count\") * number(s, \"from\") <= number(s, \"total\")\n"
		   "    assert number(s, \"count\") * number(s, \"to\") >= number(s, \"total\")\n"
		   "    last = number(s, \"to\")\n"
		   "    free += number(s, \"total\")\n"
		   "    n_free += number(s, \"count\")\n"
		   "assert n_free >= 1400, n_free\n"
		   "for e in heap, d:\n"
		   "    t = {t.getAttribute(\"type\"): t for t in all_of(e, \"total\")}\n"
		   "    assert number(t[\"fast\"], \"size\") + number(t[\"rest\"], \"size\") == free\n"
		   "    assert number(t[\"fast\"], \"count\") + number(t[\"rest\"], \"count\") == n_free\n"
		   "    s = {s.getAttribute(\"type\"): number(s, \"size\") for s in all_of(e, \"system\")}\n"
		   "    assert 0 < s[\"current\"] <= s[\"max\"]\n"
		   "    a = {s.getAttribute(\"type\"): number(s, \"size\") for s in all_of(e, \"aspace\")}\n"
		   "    assert a[\"total\"] == a[\"mprotect\"] > 20 << 20\n"
		   "assert number(t[\"mmap\"], \"count\") == 1 and number(t[\"mmap\"], \"size\") >= 20 << 20'", "w");
	CHECK(to);
	CHECK(malloc_info(0, to) == 0);
	CHECK(pclose(to) == 0, "see above");
	errno_set(0);
	CHECK(malloc_info(1, stdout) == -1);
	CHECK(errno_get() == EINVAL);
	return 0;
}
