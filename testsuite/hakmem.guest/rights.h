/* SPDX-License-Identifier: MIT */
/* What the tests of dropped privileges share: which threads of the process have more rights than it was to keep. */
#ifndef RIGHTS_H
#define RIGHTS_H
#include "guest.h"
#include <linux/capability.h>
#include <sys/prctl.h>

#define NOBODY 65534

static unsigned long most_ids; /* 1 | 2: an id of 0 among the Uids, the Gids, is too much; 4: so is a capability */
static size_t n_too_many;
static char culprits[256];

static void look_at_rights(int tid, const char *name)
{
	static const char *const fields[] = { "\nUid:", "\nGid:", "\nCapPrm:", "\nCapEff:" };
	char path[64], text[4096] = "";
	unsigned long long ids[4], capabilities;
	size_t i, k;
	int fd, is_bad = 0;

	snprintf(path, sizeof(path), "/proc/self/task/%d/status", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	CHECK(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	for (i = 0; i < N_OF(fields); i++) {
		const char *at = strstr(text, fields[i]);

		CHECK(at, "no %s", fields[i] + 1);
		at += strlen(fields[i]);
		if (i < 2 && (most_ids & 1UL << i)) {
			CHECK(sscanf(at, "%llu %llu %llu %llu", &ids[0], &ids[1], &ids[2], &ids[3]) == 4);
			for (k = 0; k < 4; k++)
				is_bad |= ids[k] == 0;
		} else if (i >= 2 && (most_ids & 4)) {
			CHECK(sscanf(at, "%llx", &capabilities) == 1);
			is_bad |= capabilities != 0;
		}
	}
	if (is_bad) {
		n_too_many++;
		snprintf(culprits + strlen(culprits), sizeof(culprits) - strlen(culprits), " %s", name);
	}
}

/* From the moment of the drop, and while the program goes on with its work. */
UNUSED static void check_rights(unsigned long which)
{
	size_t i;

	most_ids = which;
	CHECK(prctl(PR_SET_DUMPABLE, 1) == 0); /* /proc shows nothing else */
	for (i = 0; i < 10; i++) {
		for_each_task(look_at_rights);
		CHECK(n_too_many == 0, "%zu threads with too many rights:%s", n_too_many, culprits);
		be_busy(0.05);
		if (i == 5)
			grow_heap(16);
	}
}

UNUSED static void need_root(void)
{
	if (getuid() != 0)
		UNSUPPORTED_BECAUSE("not root: there is nothing to drop");
}

#endif
