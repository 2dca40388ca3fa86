/* SPDX-License-Identifier: MIT */
/* A block that another thread frees while realloc() moves it: told as realloc's, with the place that called it. */
/* hak-stderr: ^hakmem: realloc\(0x[0-9a-f]+\): double free \(class 64, thread [0-9]+\)$ */
#include "unit.h"
#include "base/probe.h"
#include "conf/options.h"
#include "conf/report.h"
#include "region/registry.h"
#include "tiny/slab.h"

#include <hakmem.h>

static char *raced;

/* Inside the allocation for the move. */
static void free_raced(enum hak_probe probe, uintptr_t a, uintptr_t b, uintptr_t c)
{
	struct hak_slab *s = (struct hak_slab *)hak_registry_find(raced);

	(void)a, (void)b, (void)c;
	if (probe == HAK_PROBE_slab)
		hak_own_set(&s->live[hak_slab_block_idx(s, raced)], 0);
}

int main(void)
{
	CHECK(raced = hakmem_malloc(64));
	memset(raced, 'a', 64);
	hak_options.on_report = true;
	hak_store_relaxed(&hak_probe_watcher, free_raced);
	raced = hakmem_realloc(raced, 5000);
	hak_store_relaxed(&hak_probe_watcher, NULL);
	CHECK(raced != NULL && raced[63] == 'a' && hak_report_count() == 1);
	hakmem_free(raced);
	return 0;
}
