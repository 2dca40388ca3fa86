/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* Started with an empty environment and an empty argument: works. */
#include "limit.h"

int main(int argc, char **argv)
{
	char *no_words[] = { argv[0], NULL }, *no_environment[] = { NULL };
	size_t i;

	(void)argc;
	if (getenv("PATH")) {
		exec_self(no_words, no_environment);
		CHECK(0, "execve");
	}
	for (i = 0; i < 3000; i++)
		free(hide(malloc(i * 11)));
	return 0;
}
