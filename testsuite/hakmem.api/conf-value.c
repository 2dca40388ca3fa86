/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* A bad value is named once; the program runs on with the default. */
/* hak-conf: on_error:reprot */
/* hak-stderr: ^hakmem: HAKMEM_CONF: .*reprot.*$ */
#include "check.h"

int main(void)
{
	CHECK(hide(malloc(10)));
	return 0;
}
