/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/* A double free in a forked child: of its own block, and of one its parent freed already. */
#include "fault.h"

static void *p;

/* The parent ends as its child ended. */
static void end_as(pid_t child)
{
	int status;

	CHECK(waitpid(child, &status, 0) == child);
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
	}
	CHECK(status == 0);
}

static void own(size_t size)
{
	pid_t child = fork();

	if (child)
		return end_as(child);
	p = block_of(size);
	free(p);
	free(hide(p));
	end_behind_fault();
}

static void of_parent(size_t size)
{
	pid_t child;

	p = block_of(size);
	free(p);
	child = fork();
	if (child)
		return end_as(child);
	free(hide(p));
	end_behind_fault();
}

FAULTS(DOUBLE_SIZES("the child's own", own), DOUBLE_SIZES("the parent's", of_parent))
