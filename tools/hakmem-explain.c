/* SPDX-License-Identifier: MIT */
/* Asks the library on behalf of hakmem-config, a shell script. Without an argument, prints a line for each option: name,
 * value, when it can be changed. With --config, prints hakmem_config(); with --limits, the limits in force. */
#include <inttypes.h>
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
			/* Setting the value that is in force already changes nothing, but shows whether it can be changed. */
			if (hakmem_option_get(name, value, sizeof value) != 0)
				printf("%s %s %s\n", name, value,
				       hakmem_option_set(name, value) == 0 ? "run-time" : "start-up");
		}
		lines += strcspn(lines, "\n");
		lines += *lines == '\n';
	}
	return fflush(stdout) != 0;
}

static void print_limit(const char *name, uint64_t bytes)
{
	if (bytes == 0)
		printf("%s none", name);
	else if (bytes >> 20 >= 10)
		printf("%s %" PRIu64 " MiB", name, bytes >> 20);
	else
		printf("%s %" PRIu64 " KiB", name, bytes >> 10);
}

static int print_limits(void)
{
	static const char *const from[] = { "", " (from options)", " (from the container)",
					    " (from options and the container)" };
	struct hakmem_stats stats;
	char value[64];

	/* Setting it, even to the same value, makes the library read the container's limit. */
	hakmem_option_get("limit_soft", value, sizeof value);
	if (hakmem_option_set("limit_soft", value) != 0)
		return 1;
	hakmem_stats_get(&stats, sizeof stats);
	print_limit("limits in force: soft", stats.limit_soft);
	print_limit(", hard", stats.limit_hard);
	puts(from[stats.limit_from & 3]);
	return fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--config") == 0)
		return fputs(hakmem_config(), stdout) < 0 || fflush(stdout) != 0;
	if (argc > 1 && strcmp(argv[1], "--limits") == 0)
		return print_limits();
	return explain(hakmem_config());
}
