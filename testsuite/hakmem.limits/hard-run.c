/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: limit_hard:256M */
/* limit_hard, reached by runs: what counts is their OS pages, not the whole slices. */
#include "hard.h"

int main(void)
{
	check_rounds(malloc, 100000, MIB(256));
	check_rounds(malloc, 140000, MIB(256));
	check_rounds(malloc, MIB(3), MIB(256));
	return 0;
}
