/* SPDX-License-Identifier: MIT */
/*
 * What hakmem-run --no-children preloads, behind all else that it preloads: when the program is loaded, it takes itself
 * and what stands before it out of LD_PRELOAD, so that the programs that this one starts run without the library.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static const char variable[] = "LD_PRELOAD=";
static const char own_name[] = "no-children.so";

static int is_sign(char c)
{
	return c == ':' || c == ' ' || c == '\0';
}

/* What of the list stands behind this object's own path; NULL: it is not in it. */
static char *find_rest(char *list)
{
	for (char *p = strstr(list, own_name); p != NULL; p = strstr(p + 1, own_name)) {
		char *end = p + sizeof own_name - 1;

		if (is_sign(*end) && (p == list || p[-1] == '/' || is_sign(p[-1])))
			return *end == '\0' ? end : end + 1;
	}
	return NULL;
}

/* In place: other libraries' constructors may have kept pointers to these strings, and setenv() would allocate. */
static void __attribute__((constructor)) shorten_list(void)
{
	char **e = environ;

	while (e != NULL && *e != NULL) {
		char *list = *e + sizeof variable - 1;
		char *rest = strncmp(*e, variable, sizeof variable - 1) == 0 ? find_rest(list) : NULL;

		if (rest != NULL && *rest == '\0') {
			for (char **f = e; *f != NULL; f++)
				f[0] = f[1];
			continue;
		}
		if (rest != NULL)
			memmove(list, rest, strlen(rest) + 1);
		e++;
	}
}
