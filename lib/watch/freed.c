/* SPDX-License-Identifier: MIT */
#include "watch/freed.h"

#include "base/atomic.h"
#include "conf/limits.h"
#include "os/page.h"
#include "region/limit.h"
#include "region/meta.h"

struct freed {
	uintptr_t block;
	uint32_t site, stack;
};

#define SIZE (HAK_PROF_FREED * sizeof(struct freed))

static struct freed *freed; /* any: by hash; NULL: no memory yet */

void hak_freed_prepare(void)
{
	struct freed *none = NULL, *p = hak_load_acquire(&freed) == NULL ? hak_meta_map(SIZE) : NULL;

	if (p != NULL && hak_cas_release(&freed, &none, p)) { /* otherwise this mapping is never touched */
		hak_limit_add(SIZE);
		hak_meta_note(p, SIZE);
	}
}

bool hak_freed_is_kept(void)
{
	return hak_load_relaxed(&freed) != NULL;
}

void hak_freed_note_locked(uintptr_t block, uint32_t hash, uint32_t site, uint32_t stack)
{
	struct freed *f = hak_load_acquire(&freed);

	if (f != NULL)
		f[hash % HAK_PROF_FREED] = (struct freed){ block, site, stack };
}

uint32_t hak_freed_find_locked(uintptr_t block, uint32_t hash, uint32_t *stack)
{
	const struct freed *f = hak_load_acquire(&freed);

	*stack = 0;
	if (f == NULL || f[hash % HAK_PROF_FREED].block != block)
		return 0;
	*stack = f[hash % HAK_PROF_FREED].stack;
	return f[hash % HAK_PROF_FREED].site;
}

void hak_freed_empty_locked(void)
{
	struct freed *f = hak_load_acquire(&freed);

	if (f != NULL)
		hak_os_purge(f, SIZE);
}
