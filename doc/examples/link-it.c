/* SPDX-License-Identifier: MIT */
/*
 * Link it: a program that always runs with libhakmem, and says which version it got.
 *
 *   cc link-it.c $(pkg-config --cflags --libs hakmem) -o link-it
 *   ./link-it
 */
#include <hakmem.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	char *text = malloc(100); /* libhakmem's, as all of the family is */

	if (text == NULL)
		return EXIT_FAILURE;
	snprintf(text, 100, "compiled with %s, running with %s", HAKMEM_VERSION, hakmem_version());
	puts(text);
	free(text);
	fputs(hakmem_config(), stdout);
	return EXIT_SUCCESS;
}
