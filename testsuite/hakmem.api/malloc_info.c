/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* malloc_info() writes well-formed XML with a <malloc> element, and refuses unknown options. */
#include "check.h"

int main(void)
{
	FILE *to;

	CHECK(unsetenv("LD_PRELOAD") == 0); /* python3 may be of another C library */
	to = popen("python3 -c 'import sys, xml.dom.minidom as m\n"
		   "d = m.parse(sys.stdin).documentElement\n"
		   "sys.exit(d.tagName != \"malloc\" or not d.getAttribute(\"version\"))'", "w");
	CHECK(to);
	CHECK(malloc_info(0, to) == 0);
	CHECK(pclose(to) == 0, "the XML is not well-formed");
	errno_set(0);
	CHECK(malloc_info(1, stdout) == -1);
	CHECK(errno_get() == EINVAL);
	return 0;
}
