/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* An unknown option is named once, with the nearest one; the program runs on. */
/* hak-conf: purge_dely:5 */
/* hak-stderr: ^hakmem: HAKMEM_CONF: unknown option "purge_dely" \(did you mean "purge_delay"\?\); see hakmem\.conf\(5\)$ */
#include "check.h"

int main(void)
{
	CHECK(hide(malloc(10)));
	return 0;
}
