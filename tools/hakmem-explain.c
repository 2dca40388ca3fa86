/* SPDX-License-Identifier: MIT */
/* What hakmem-config asks the library itself: a shell script cannot call it. Without an argument, a line for
 * each option: name, value, when it may change. With --config, hakmem_config() as it is. */
#include <stdio.h>
#include <string.h>

#include "hakmem.h"

static int explain(const char *lines)
{
	char name[64], value[64];

	while (*lines != '\0') {
		size_t length = strcspn(lines, ":\n");

		if (length < sizeof name) {
			memcpy(name, lines, length);
			name[length] = '\0';
			/* Setting what is in force already changes nothing, but tells whether it could be. */
			if (hakmem_option_get(name, value, sizeof value) != 0)
				printf("%s %s %s\n", name, value,
				       hakmem_option_set(name, value) == 0 ? "run-time" : "start-up");
		}
		lines += strcspn(lines, "\n");
		lines += *lines == '\n';
	}
	return fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--config") == 0)
		return fputs(hakmem_config(), stdout) < 0 || fflush(stdout) != 0;
	return explain(hakmem_config());
}
