/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-conf: on_error:report */
/* hak-stderr: ^hakmem: free\(0x[0-9a-f]+\): not a block of ours */
/* on_error holds for what is freed before any constructor has run. */
#include "early.h"

static char global[256] __attribute__((aligned(64)));

static void early(void)
{
	free(hide(global));
}

int main(void)
{
	check_early();
	return 0;
}
