/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hakmem_stats_write(HAKMEM_XML) writes well-formed XML. */
#include "check.h"
#include <hakmem.h>

int main(void)
{
	FILE *to = popen("python3 -c 'import sys, xml.dom.minidom as m\nm.parse(sys.stdin)'", "w");

	CHECK(to);
	CHECK(hakmem_stats_write(fileno(to), HAKMEM_XML) == 0);
	CHECK(pclose(to) == 0, "the XML is not well-formed");
	return 0;
}
