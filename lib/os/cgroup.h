/* SPDX-License-Identifier: MIT */
/*
 * Owns: what the kernel's control groups say about memory: cgroup v2, and v1 where the memory controller is there.
 * Threads: any. Keeps errno. All of it opens and reads files, so only where an option asks for it, and never on the way
 *          of an allocation.
 * Locks: none.
 */
#ifndef HAK_OS_CGROUP_H
#define HAK_OS_CGROUP_H

#include "base/attr.h"

#define HAK_CGROUP_PATH 512 /* bytes: longer ones are not found */

struct hak_cgroup {
	uint64_t max;     /* bytes: the lowest limit of the process's cgroup and those above it; 0: none */
	uint64_t least;   /* bytes: the same, with memory.high counted in */
	bool is_v1;
	char path[HAK_CGROUP_PATH]; /* the folder of the cgroup that `least` is from; "" without one */
};

/* Reads the limits. root: where the files are, usually HAK_CGROUP_ROOT; self: usually "/proc/self/cgroup". What cannot be
 * read or understood is no limit. */
void hak_cgroup_find(struct hak_cgroup *c, const char *root, const char *self);

/* How often the limit was hit so far. */
uint64_t hak_cgroup_count_hits(const struct hak_cgroup *c);

/* Microseconds for which something in there has waited for memory so far; 0 where the kernel does not tell. */
uint64_t hak_cgroup_stalled(const struct hak_cgroup *c);

#endif
