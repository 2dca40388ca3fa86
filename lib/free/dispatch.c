/* SPDX-License-Identifier: MIT */
#include "free/dispatch.h"

#include "conf/report.h"
#include "large/large.h"
#include "mid/run.h"
#include "tiny/cache.h"
#include "tiny/remote.h"

static void report(enum hak_verdict verdict, const void *p, size_t what, const struct hak_caller *caller)
{
	hak_report_bad_free(verdict, caller->name, p, what, caller->site);
}

static enum hak_verdict inside(const void *p)
{
	return (uintptr_t)p % HAK_ALIGNMENT != 0 ? HAK_MISALIGNED : HAK_INSIDE_BLOCK;
}

static void report_nobodys(const void *p, const struct hak_caller *caller)
{
	if (hak_large_contains(p))
		report(inside(p), p, HAK_CLASS_LARGE, caller);
	else if (hak_superslab_contains(p))
		report(HAK_FREE_SLAB, p, HAK_CLASS_NONE, caller);
	else
		report(HAK_NOT_OURS, p, HAK_CLASS_NONE, caller);
}

/* p lies in block idx of slab s: is it a live block's first byte? */
static inline bool prove_tiny(struct hak_slab *s, const void *p, unsigned idx, const struct hak_caller *caller)
{
	if (HAK_UNLIKELY(!hak_slab_has_block(s, p, idx))) {
		report(inside(p), p, s->block_size, caller);
		return false;
	}
	if (HAK_UNLIKELY(hak_slab_is_free_any(s, idx))) {
		report(HAK_DOUBLE_FREE, p, s->block_size, caller);
		return false;
	}
	return true;
}

size_t hak_block_class(const struct hak_span *span)
{
	return span->kind == HAK_KIND_SLAB ? span->size : span->kind == HAK_KIND_RUN ? HAK_CLASS_RUN : HAK_CLASS_LARGE;
}

struct hak_span *hak_block_prove(const void *p, const struct hak_caller *caller)
{
	struct hak_span *span = hak_registry_find(p);
	bool is_block;

	if (HAK_UNLIKELY(span == NULL)) {
		report_nobodys(p, caller);
		return NULL;
	}
	if (span->kind == HAK_KIND_SLAB) {
		struct hak_slab *s = (struct hak_slab *)span;

		return prove_tiny(s, p, hak_slab_idx_of(s, p), caller) ? span : NULL;
	}
	is_block = (const char *)p == span->base;
	if (HAK_UNLIKELY(!is_block))
		report(inside(p), p, hak_block_class(span), caller);
	return is_block ? span : NULL;
}

static void free_tiny_own(struct hak_heap *h, struct hak_slab *s, void *p, const struct hak_caller *caller)
{
	unsigned idx = hak_slab_idx_of(s, p);

	if (!prove_tiny(s, p, idx, caller))
		return;
	if (hak_load_relaxed(&s->owner) == h)
		hak_cache_put_own(h, s->span.sc, p, caller);
	else if (HAK_UNLIKELY(!hak_remote_free_proved_own(h, s, idx)))
		report(HAK_DOUBLE_FREE, p, s->block_size, caller);
}

void hak_free_own(struct hak_heap *h, void *p, const struct hak_caller *caller)
{
	struct hak_span *span = hak_registry_find(p);

	if (HAK_LIKELY(span != NULL && span->kind == HAK_KIND_SLAB)) {
		free_tiny_own(h, (struct hak_slab *)span, p, caller);
		return;
	}
	span = hak_block_prove(p, caller);
	if (span == NULL)
		return;
	if (span->kind == HAK_KIND_RUN) {
		hak_own_add(&h->n_slices_given, span->n_slices);
		if (!hak_run_give(span))
			report(HAK_DOUBLE_FREE, p, HAK_CLASS_RUN, caller);
	} else {
		hak_own_add(&h->n_slices_given, (uint32_t)(span->size / HAK_SLICE_SIZE));
		if (!hak_large_give(span))
			report(HAK_DOUBLE_FREE, p, HAK_CLASS_LARGE, caller);
	}
}
