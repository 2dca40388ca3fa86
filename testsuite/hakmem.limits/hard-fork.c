/* SPDX-License-Identifier: MIT */
/* hak-plain: expects sizes of classes */
/* hak-link: shared */
/* hak-conf: limit_hard:100M */
/* A forked child has the same limit, and what it inherits counts. */
#include "hard.h"
#include <sys/wait.h>

int main(void)
{
	struct chain *mine = NULL, *chain = NULL;
	size_t i;
	int status;
	pid_t child;

	for (i = 0; i < 500; i++) {
		struct chain *p = malloc(100000);

		CHECK(p);
		p->next = mine;
		mine = p;
	}
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		i = take_all(&chain, malloc, 1000) * 1000;
		CHECK(i > MIB(40) && i < MIB(55), "%zu", i);
		free_all(chain);
		free_all(mine);
		chain = NULL;
		CHECK(take_all(&chain, malloc, 1000) * 1000 > MIB(90));
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	CHECK(take_all(&chain, malloc, 1000) * 1000 > MIB(40));
	return 0;
}
