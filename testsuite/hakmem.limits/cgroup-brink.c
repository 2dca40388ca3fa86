/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* Near the container's limit an allocation gives back what is free before the program can touch the new block: never is
 * more than the limit resident, however fast the program goes from one kind of block to another. */
#include "spiky.h"
#include "container.h"

#define MAX MIB(200)

int main(int argc, char **argv)
{
	size_t peak;

	(void)argc;
	if (!is_restarted()) {
		make_v2(MAX, 0);
		restart_inside("purge_delay:-1,limit_soft:100%,purge_thread:on", argv);
	}
	free_much(MIB(20));
	wait_for_soft();
	CHECK(be_spiky(MIB(120)));
	peak = KIB(proc_number("/proc/self/status", "VmHWM:"));
	CHECK(peak > MIB(120) && peak < MAX + MIB(2), "%zu bytes were resident", peak);
	return 0;
}
