/* SPDX-License-Identifier: MIT */
/*
 * Owns: what the kernel's control groups say about memory: cgroup v2, and v1 where the memory controller is there.
 * Threads: any. Keeps errno. All of this opens and reads files: only if an option asks for it, never in an allocation.
 * Locks: none.
 */
#ifndef HAK_OS_CGROUP_H
#define HAK_OS_CGROUP_H

#include "base/attr.h"

#define HAK_CGROUP_PATH 512 /* bytes; longer paths are not found */

struct hak_cgroup {
	uint64_t max;     /* bytes: the lowest limit of the process's cgroup and those above it; 0: none */
	uint64_t least;   /* bytes: the same, with memory.high counted in */
	bool is_v1;
	char path[HAK_CGROUP_PATH]; /* the folder of the cgroup that `least` is from; "" without one */
};

/* Reads the limits. root: where the files are, usually HAK_CGROUP_ROOT; self: usually "/proc/self/cgroup". A file that
 * cannot be read or understood means no limit. */
void hak_cgroup_find(struct hak_cgroup *c, const char *root, const char *self);

/* How often the limit was hit so far. */
uint64_t hak_cgroup_count_hits(const struct hak_cgroup *c);

/* Microseconds for which something in the cgroup has waited for memory so far; 0 if the kernel does not say. */
uint64_t hak_cgroup_stalled(const struct hak_cgroup *c);

#endif
