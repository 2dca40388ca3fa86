/* SPDX-License-Identifier: MIT */
#include "thread/post.h"

#include "large/sentry.h"

static uint32_t n_counting; /* any: threads */

/* May it go on counting, or begin to? */
static bool may_count_own(struct hak_cache *c, uint64_t now)
{
	uint64_t from = now - (c->counted_to != 0 ? HAK_POST_SAVED : 0);

	c->counted_to = (c->counted_to > from ? c->counted_to : from) + c->n_counted / HAK_POST_RATE;
	c->n_counted %= HAK_POST_RATE;
	if (c->counted_to > now && c->is_counting)
		c->counted_to = now + HAK_POST_REST;
	return c->counted_to <= now && (c->is_counting || hak_load_relaxed(&n_counting) < HAK_POST_COUNTING);
}

static void set_counting_own(struct hak_cache *c, bool is_counting)
{
	if (is_counting != c->is_counting)
		hak_add_relaxed(&n_counting, (uint32_t)is_counting - (uint32_t)c->is_counting);
	hak_own_set(&c->is_counting, is_counting);
	hak_sampler_settle_own(c);
}

void hak_post_look_own(struct hak_cache *c, uint64_t now)
{
	uint64_t due = hak_sentry_due(now);

	c->post_at = due == UINT64_MAX ? UINT64_MAX : c->n_misses + HAK_STEP_MISSES;
	set_counting_own(c, due <= now + HAK_SENTRY_PAUSE && !hak_sampler_is_on() && may_count_own(c, now));
	if (now >= due && !c->is_posting)
		c->is_posting = hak_sentry_take_turn(due, now);
}

void hak_post_end_own(struct hak_cache *c)
{
	c->is_posting = false;
	if (c->is_counting)
		set_counting_own(c, false);
}
