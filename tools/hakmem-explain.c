/* SPDX-License-Identifier: MIT */
/*
 * The library's options as a table: what each is, would be, where that was said, and when it may change. A program for
 * hakmem-config, since a shell script cannot ask the library; and, built with -DPRELOADED, what hakmem-run --explain
 * preloads behind the library: then it tells of the program that it is loaded into, in place of whose main() it runs.
 * The program, with --config, prints hakmem_config() as it is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hakmem.h"

#ifndef PRELOADED
#define PRELOADED 0
#endif
#pragma weak hakmem_conf
#if PRELOADED /* perhaps without the library */
#pragma weak hakmem_config
#pragma weak hakmem_option_default
#pragma weak hakmem_option_get
#pragma weak hakmem_option_origin
#pragma weak hakmem_option_set
#pragma weak hakmem_stats_get
#endif

#define MOST_OPTIONS 64
#define SIZE 136

struct row {
	char name[24], value[SIZE], standard[SIZE];
	const char *origin, *change;
};

static struct row rows[MOST_OPTIONS];

/* The options are those of hakmem_config()'s "name: value" that the library knows as such. Returns how many. */
static size_t ask(const char *lines)
{
	size_t n = 0;

	while (*lines != '\0' && n < MOST_OPTIONS) {
		struct row *r = &rows[n];
		size_t length = strcspn(lines, ":\n");

		if (length < sizeof r->name) {
			memcpy(r->name, lines, length);
			r->name[length] = '\0';
			r->origin = hakmem_option_origin(r->name);
			if (r->origin != NULL) {
				hakmem_option_get(r->name, r->value, sizeof r->value);
				hakmem_option_default(r->name, r->standard, sizeof r->standard);
				n++;
			}
		}
		lines += strcspn(lines, "\n");
		lines += *lines == '\n';
	}
	/* Setting what is in force already changes nothing, but tells whether it could be. */
	for (size_t i = 0; i < n; i++)
		rows[i].change = hakmem_option_set(rows[i].name, rows[i].value) == 0 ? "run-time" : "start-up";
	return n;
}

static int widest(int least, size_t length)
{
	return length > (size_t)least ? (int)length : least;
}

static void print_options(void)
{
	size_t n = ask(hakmem_config());
	int name = 12, value = 10, standard = 10;

	for (size_t i = 0; i < n; i++) {
		name = widest(name, strlen(rows[i].name));
		value = widest(value, strlen(rows[i].value));
		standard = widest(standard, strlen(rows[i].standard));
	}
	printf("%-*s  %-*s  %-*s  %-11s  %s\n", name, "OPTION", value, "VALUE", standard, "DEFAULT", "FROM", "CHANGES");
	for (size_t i = 0; i < n; i++)
		printf("%-*s  %-*s  %-*s  %-11s  %s\n", name, rows[i].name, value, rows[i].value, standard,
		       rows[i].standard, rows[i].origin, rows[i].change);
}

/* The places, the ones that win last. */
static void print_places(void)
{
	static const char key[] = "\nconf_file: /";
	const char *variable = getenv("HAKMEM_CONF"), *file = strstr(hakmem_config(), key);

	if (&hakmem_conf != NULL && hakmem_conf != NULL)
		printf("program      hakmem_conf = \"%s\"\n", hakmem_conf);
	if (file != NULL) {
		file += sizeof key - 2;
		printf("file         %.*s\n", (int)strcspn(file, "\n"), file);
	}
	if (variable != NULL && variable[0] != '\0')
		printf("environment  HAKMEM_CONF=%s\n", variable);
	else
		puts("environment  HAKMEM_CONF is not set");
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

static void print_limits(void)
{
	static const char *const from[] = { "", " (from options)", " (from the container)",
					    " (from options and the container)" };
	struct hakmem_stats stats;

	/* Setting limit_soft, even to what it was, has made the library look at the container. */
	hakmem_stats_get(&stats, sizeof stats);
	print_limit("limits in force: soft", stats.limit_soft);
	print_limit(", hard", stats.limit_hard);
	puts(from[stats.limit_from & 3]);
}

static int explain(void)
{
	print_places();
	puts("");
	print_options();
	puts("");
	print_limits();
	return fflush(stdout) != 0;
}

#if PRELOADED
static void __attribute__((constructor)) run(void)
{
	if (&hakmem_option_origin == NULL) {
		fputs("hakmem-run: the program runs without libhakmem, or with an older one\n", stderr);
		_exit(1);
	}
	_exit(explain());
}
#else
int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--config") == 0)
		return fputs(hakmem_config(), stdout) < 0 || fflush(stdout) != 0;
	return explain();
}
#endif
