/* SPDX-License-Identifier: MIT */
#include "watch/copy.h"

#include "os/page.h"
#include "watch/profile.h"
#include "watch/sites.h"
#include "watch/stats.h"

static void survey(uintptr_t block, size_t site, void *arg)
{
	const struct hak_profile_copy *copy = arg;
	struct hak_prof_site *s;

	if (site >= copy->n_sites_end) /* it is younger */
		return;
	s = (struct hak_prof_site *)(void *)(copy->base + site);
	s->pinned += hak_stats_pinned_by((const void *)block);
	s->n_leaked += copy->reach != NULL && hak_reach_is_leaked(copy->reach, block);
}

bool hak_profile_copy(struct hak_profile_copy *copy, const struct hak_reach *reach)
{
	size_t n_bytes, page = hak_os_page_size();

	copy->base = NULL;
	copy->reach = reach;
	while (hak_profile_read(copy, &n_bytes)) {
		if (copy->base != NULL && n_bytes <= copy->size) {
			hak_profile_visit(copy->serial, survey, copy);
			return true;
		}
		hak_profile_free_copy(copy);
		copy->size = (n_bytes + n_bytes / 8 + page) / page * page; /* slightly more than there is now */
		copy->base = hak_os_map(copy->size, page, "hakmem: profile");
		if (copy->base == NULL)
			return false;
	}
	hak_profile_free_copy(copy);
	return false;
}

void hak_profile_free_copy(struct hak_profile_copy *copy)
{
	if (copy->base != NULL)
		hak_os_unmap(copy->base, copy->size);
	copy->base = NULL;
}

bool hak_profile_next(const struct hak_profile_copy *copy, size_t *at, struct hak_profile_site *out)
{
	size_t off = *at == 0 ? HAK_TABLE_UNIT : *at;
	const struct hak_prof_site *s = (const struct hak_prof_site *)(const void *)(copy->base + off);
	const struct hak_prof_stack *stack;

	if (off + sizeof *s > copy->n_sites_end)
		return false;
	stack = (const struct hak_prof_stack *)(const void *)(copy->base + copy->n_sites_end + (size_t)s->stack * HAK_TABLE_UNIT);
	*out = (struct hak_profile_site){ .frame = stack->frame, .n_frames = stack->n, .size = (size_t)s->size,
		.weight = s->weight, .n_taken = s->n_taken, .n_live = s->n_live, .n_peak = s->n_peak,
		.n_leaked = s->n_leaked, .pinned = (uint64_t)(s->weight * s->pinned + 0.5) };
	*at = off + HAK_UNITS(sizeof *s) * HAK_TABLE_UNIT;
	return true;
}
