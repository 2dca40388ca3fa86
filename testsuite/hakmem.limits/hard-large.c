/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hak-conf: limit_hard:256M */
/* limit_hard, reached by large blocks; those kept for reuse make way for others, and for small ones. */
#include "hard.h"

int main(void)
{
	check_rounds(malloc, MIB(5), MIB(256));
	check_rounds(malloc, MIB(40), MIB(256));
	check_rounds(malloc, 100, MIB(256));
	check_rounds(malloc, MIB(17), MIB(256));
	CHECK_ENOMEM(malloc(hide_n(MIB(256))));
	return 0;
}
