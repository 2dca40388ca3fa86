/* SPDX-License-Identifier: MIT */
#include "watch/freed.h"

#include "base/atomic.h"
#include "conf/limits.h"
#include "os/page.h"
#include "region/limit.h"
#include "region/meta.h"

struct freed {
	uintptr_t block;
	uint32_t site;
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

void hak_freed_note_locked(uintptr_t block, uint32_t hash, uint32_t site)
{
	struct freed *f = hak_load_acquire(&freed);

	if (f != NULL)
		f[hash % HAK_PROF_FREED] = (struct freed){ block, site };
}

uint32_t hak_freed_find_locked(uintptr_t block, uint32_t hash)
{
	const struct freed *f = hak_load_acquire(&freed);

	return f != NULL && f[hash % HAK_PROF_FREED].block == block ? f[hash % HAK_PROF_FREED].site : 0;
}

void hak_freed_empty_locked(void)
{
	struct freed *f = hak_load_acquire(&freed);

	if (f != NULL)
		hak_os_purge(f, SIZE);
}
