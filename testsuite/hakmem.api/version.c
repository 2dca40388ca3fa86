/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hakmem_version() is the header's version. */
#include "check.h"
#include <hakmem.h>

int main(void)
{
	char text[40];

	CHECK(!strcmp(hakmem_version(), HAKMEM_VERSION), "%s", hakmem_version());
	snprintf(text, sizeof(text), "%d.%d.%d", HAKMEM_VERSION_MAJOR, HAKMEM_VERSION_MINOR,
		 HAKMEM_VERSION_PATCH);
	CHECK(!strcmp(text, HAKMEM_VERSION));
	return 0;
}
