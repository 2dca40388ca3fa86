/* SPDX-License-Identifier: MIT */
/* The lock of the kept mappings is held at a fork, in the middle of a change: the child counts them anew, in the slack, too,
 * and uses them. */
#include "unit.h"
#include "large/kept.c"
#include "large/large.h"
#include "conf/options.h"

#include <sys/wait.h>

static void check_child(size_t n_kept)
{
	struct hak_large_stats stats;
	bool is_clean;
	char *p;

	hak_large_stats_get(&stats);
	CHECK(stats.cached == n_kept, "%zu", (size_t)stats.cached);
	CHECK(hak_slack_now() == n_kept, "%zu", hak_slack_now());
	p = hak_large_take(MIB(4), HAK_ALIGNMENT, false, &is_clean);
	CHECK(p != NULL && (n_kept == 0 || !is_clean));
	CHECK(hak_large_give(hak_registry_find(p), p));
	CHECK(hak_kept_purge(0, SIZE_MAX, SIZE_MAX) == MIB(4) + (n_kept > MIB(4) ? n_kept - MIB(4) : 0));
	CHECK(hak_slack_now() == 0);
}

static void fork_locked(size_t n_kept)
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		alarm(60);
		hak_lock_held = 0; /* as no real thread forks with a lock of its own */
		check_child(n_kept);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0, "status %d", status);
}

int main(void)
{
	bool is_clean;
	char *p, *q;
	struct hak_kept *k;

	hak_options.purge_delay = -1;
	p = hak_large_take(MIB(4), HAK_ALIGNMENT, false, &is_clean);
	q = hak_large_take(MIB(6), HAK_ALIGNMENT, false, &is_clean);
	CHECK(p != NULL && q != NULL);
	memset(p, 1, MIB(4));
	memset(q, 1, MIB(6));
	CHECK(hak_large_give(hak_registry_find(p), p) && hak_large_give(hak_registry_find(q), q));
	for (k = hak_kept_slots; k->base != q; k++)
		CHECK(k < hak_kept_slots + HAK_LARGE_CACHE_SLOTS);

	/* Taken out, as far as the counts go. */
	take_lock();
	n_kept_bytes -= k->size;
	hak_slack_count_kept(-(int64_t)k->size);
	fork_locked(MIB(10));
	/* Altogether. */
	k->base = NULL;
	fork_locked(MIB(4));
	/* Put in, as far as the counts go. */
	n_kept_bytes += k->size;
	hak_slack_count_kept((int64_t)k->size);
	fork_locked(MIB(4));
	k->base = q;
	hak_lock_give(&lock);
	check_child(MIB(10));
	return 0;
}
