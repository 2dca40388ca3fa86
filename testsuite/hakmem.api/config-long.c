/* SPDX-License-Identifier: MIT */
/* hakmem_config() has all options, also where paths are as long as they may be. */
/* hak-link: shared */
/* hak-conf: cgroup_root:/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,stats_file:/dev/null/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,stats_interval:77 */
/* hak-stderr: hakmem: stats_file: cannot write /dev/null/b* */
#include "check.h"
#include <hakmem.h>

int main(void)
{
	const char *config = hakmem_config(), *last;

	CHECK(strstr(config, "\ncgroup_root: /aaaa") && strstr(config, "\nstats_file: /dev/null/bbbb"));
	CHECK(strstr(config, "\nstats_interval: 77\n"), "cut off:\n%s", config);
	last = config + strlen(config) - 1;
	CHECK(*last == '\n' && strlen(config) > 580);
	return 0;
}
