/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-timeout: 120 */
/* hak-conf: purge_delay:0 */
/* Every single madvise() refused, once and for good: NULL with ENOMEM, what lives intact and freeable. */
#define SYSTEM_CALL SYS_madvise
#include "inject.h"

int main(void)
{
	return inject();
}
