/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* capset() is the calling thread's alone: a program of one thread that has dropped its capabilities has none left. */
#include "rights.h"

int main(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[2];

	need_root();
	memset(none, 0, sizeof(none));
	grow_heap(32);
	be_busy(0.3);
	if (syscall(SYS_capset, &header, none))
		UNSUPPORTED_BECAUSE("capset: %s", strerror(errno));
	check_rights(4);
	return 0;
}
