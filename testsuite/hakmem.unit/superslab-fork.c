/* SPDX-License-Identifier: MIT */
/* The slices' lock is held at a fork, and their lists and counts are half changed: the child makes them anew from the
 * bitmaps. What was used stays used, what was free is had again; so are runs that waited to be given back. */
#include "unit.h"
#include "mid/run.h"
#include "os/lock.h"
#include "region/slack.h"
#include "region/slices.h"

#include <sys/wait.h>

#define N 120

static struct hak_slices out[N];
static struct hak_superslab_stats before;

static void spoil_locked(unsigned kind)
{
	struct hak_superslabs *all = &hak_superslabs;
	struct hak_superslab *s = hak_slices_first();
	unsigned at = hak_bits_find(s->used, s->n_slices, 0, true);

	switch (kind) {
	case 0: /* a slice taken: used, but not yet anything else */
		at = hak_bits_find(s->dirty, s->n_slices, 0, true);
		hak_bits_fill(s->used, at, 1, true);
		break;
	case 1: /* one on its way out of the dirty ones */
		at = hak_bits_find(s->dirty, s->n_slices, 0, true);
		hak_bits_fill(s->dirty, at, 1, false);
		hak_bits_fill(s->aged, at, 1, true);
		hak_bits_fill(s->lazy, at, 1, true);
		break;
	case 2: /* used, and already marked by whoever gives it back */
		hak_bits_fill(s->dirty, at, 1, true);
		hak_bits_fill(s->undumped, at, 1, true);
		break;
	case 3:
		s->n_used = s->n_dirty = s->n_lazy = s->n_dense = s->n_undumped = 12345;
		s->n_pins = 3;
		s->extent[HAK_EXTENT_FREE].bound = 0;
		break;
	case 4:
		all->n = all->n_mapped = all->n_used = all->n_dirty = all->n_lazy = all->n_dense = 98765;
		hak_slack_count_dirty(-(int64_t)MIB(100));
		break;
	case 5: /* in no list */
		s->extent[HAK_EXTENT_DIRTY].link.next->prev = s->extent[HAK_EXTENT_DIRTY].link.prev;
		s->extent[HAK_EXTENT_DIRTY].link.prev->next = s->extent[HAK_EXTENT_DIRTY].link.next;
		s->extent[HAK_EXTENT_DIRTY].link.next = NULL;
		break;
	default:
		s->extent[HAK_EXTENT_FREE].link.prev = NULL;
		all->unused = s;
	}
}

static void check_child(unsigned kind, char *run)
{
	struct hak_superslab_stats stats;
	struct hak_slices more[N];
	unsigned n = 0;

	CHECK(hak_superslab_check() == 0);
	hak_superslab_stats_get(&stats);
	CHECK(stats.mapped == before.mapped && stats.n_superslabs == before.n_superslabs);
	/* The run is back, and of the slice in somebody's hands one thing or the other is true. */
	CHECK(stats.used == before.used - (run != NULL ? 5 : 0) * HAK_SLICE_SIZE + (kind == 0) * HAK_SLICE_SIZE,
		"%zu used, not %zu", (size_t)stats.used, (size_t)before.used);
	CHECK(stats.dirty == before.dirty + (run != NULL ? 5 : 0) * HAK_SLICE_SIZE - (kind <= 1) * HAK_SLICE_SIZE,
		"kind %u: %zu dirty, not %zu", kind, (size_t)stats.dirty, (size_t)before.dirty);
	CHECK(hak_slack_now() == stats.dirty);
	/* No slice of what is taken is taken again. */
	for (; n < N; n++) {
		CHECK(hak_superslab_take(1 + n % 9, HAK_SLICE_SIZE, &more[n]));
		for (unsigned i = 0; i < N; i++)
			CHECK(out[i].n == 0 || more[n].base + more[n].n * HAK_SLICE_SIZE <= out[i].base ||
				out[i].base + out[i].n * HAK_SLICE_SIZE <= more[n].base);
		memset(more[n].base, 2, more[n].n * HAK_SLICE_SIZE);
	}
	CHECK(hak_superslab_check() == 0);
	for (unsigned i = 0; i < N; i++) {
		hak_superslab_give(more[i].superslab, more[i].base, more[i].n);
		if (out[i].n > 0) {
			CHECK(*out[i].base == 1);
			hak_superslab_give(out[i].superslab, out[i].base, out[i].n);
		}
	}
	hak_superslab_purge(HAK_PURGE_ALL, SIZE_MAX);
	hak_superslab_stats_get(&stats);
	CHECK(hak_superslab_check() == 0 && stats.dirty == 0 && stats.used == (kind == 0) * HAK_SLICE_SIZE);
}

static void fork_amid(unsigned kind)
{
	bool is_clean;
	char *run = kind % 2 ? hak_run_take(5 * HAK_SLICE_SIZE, HAK_ALIGNMENT, &is_clean) : NULL;
	int status;
	pid_t pid;

	hak_superslab_stats_get(&before);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		if (run != NULL)
			CHECK(hak_run_give_alone(hak_registry_find(run), run));
		/* The lock first: it takes back what is late. */
		if (hak_superslabs.late == NULL)
			hak_slices_lock();
		else {
			struct hak_span *late = hak_swap_ordered(&hak_superslabs.late, NULL);

			hak_slices_lock();
			hak_store_ordered(&hak_superslabs.late, late);
		}
		spoil_locked(kind);
		pid = fork();
		if (pid == 0) {
			alarm(60);
			hak_lock_held = 0; /* as no real thread forks with a lock of its own */
			check_child(kind, run);
			_exit(0);
		}
		CHECK(waitpid(pid, &status, 0) == pid && status == 0, "kind %u: status %d", kind, status);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0, "kind %u: status %d", kind, status);
	if (run != NULL)
		CHECK(hak_run_give(hak_registry_find(run), run));
}

int main(void)
{
	for (unsigned i = 0; i < N; i++) {
		CHECK(hak_superslab_take(1 + i % 7, HAK_SLICE_SIZE, &out[i]));
		memset(out[i].base, 1, out[i].n * HAK_SLICE_SIZE);
	}
	for (unsigned i = 0; i < N; i += 7) {
		hak_superslab_give(out[i].superslab, out[i].base, out[i].n);
		out[i].n = 0;
	}
	for (unsigned kind = 0; kind < 7; kind++)
		fork_amid(kind);
	CHECK(hak_superslab_check() == 0);
	return 0;
}
