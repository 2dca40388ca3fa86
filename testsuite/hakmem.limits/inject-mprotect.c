/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/* Every single mprotect() refused, once and for good: NULL with ENOMEM, what lives intact and freeable. */
#define SYSTEM_CALL SYS_mprotect
#include "inject.h"

int main(void)
{
	return inject();
}
