/* SPDX-License-Identifier: MIT */
#include "tiny/sampler.h"

#include <string.h>

#include "base/chance.h"
#include "region/meta.h"

struct hak_sampling hak_sampling;

/* Allocations of size bytes up to the next sample, that one included. */
static int32_t HAK_COLD draw(struct hak_sampler *s, size_t size)
{
	double n;

	if (s->interval == 0) /* Z4 */
		return 1 + (int32_t)(hak_chance_bits(&s->random) % (uint64_t)(2 * HAK_POST_EVERY));
	n = hak_chance_exponential(&s->random) * (double)s->interval / (double)size;
	return n < INT32_MAX - 1 ? (int32_t)n + 1 : INT32_MAX;
}

bool hak_sampler_count_own(struct hak_cache *c, unsigned sc)
{
	struct hak_sampler *s = c->sampler;
	uint64_t interval = hak_sampler_is_on() ? hak_load_relaxed(&hak_sampling.interval) : 0;

	/* A countdown left from an earlier profile need not be drawn again: the distribution has no memory. */
	if (HAK_UNLIKELY(s->interval != interval)) {
		memset(s->left, 0, sizeof s->left);
		s->interval = interval;
	}
	if (s->left[sc] == 0)
		s->left[sc] = draw(s, hak_class_size(sc));
	return --s->left[sc] == 0;
}

bool hak_sampler_toss(uint64_t *random, size_t size)
{
	return hak_chance_exponential(random) * (double)hak_load_relaxed(&hak_sampling.interval) < (double)size;
}

/* A child that was forked in the middle of these two finds bases that are either HAK_ALWAYS_MISS or floors; both are valid,
 * and hak_cache_salvage_own() sets them again. */
static void attach_own(struct hak_cache *c)
{
	struct hak_sampler *s = hak_meta_take(sizeof *s);

	if (s == NULL)
		return;
	s->random = hak_chance_seed(c);
	/* If the profile that it is for has just ended, the next miss must know that there is something to detach. */
	s->is_listed = !c->is_counting || hak_sampler_is_on();
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		s->floor[sc] = hak_sampler_floor_own(c, sc);
		s->left[sc] = s->is_listed ? 0 : draw(s, 0);
	}
	if (s->is_listed)
		hak_add_relaxed(&hak_sampling.word, HAK_SAMPLING_ATTACHED);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		hak_own_set(&c->base[sc], HAK_ALWAYS_MISS);
	hak_store_release(&c->sampler, s);
}

static void detach_own(struct hak_cache *c)
{
	struct hak_sampler *s = c->sampler;

	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		hak_own_set(&c->base[sc], s->floor[sc]);
	hak_store_release(&c->sampler, NULL);
	if (s->is_listed)
		hak_sub_relaxed(&hak_sampling.word, HAK_SAMPLING_ATTACHED);
	hak_meta_give(s, sizeof *s);
}

void hak_sampler_settle_own(struct hak_cache *c)
{
	if (!hak_sampler_is_unsettled(c))
		return;
	if (c->sampler == NULL)
		attach_own(c);
	else
		detach_own(c);
}

void hak_sampler_begin(uint64_t interval)
{
	hak_store_relaxed(&hak_sampling.interval, interval);
	hak_or_ordered(&hak_sampling.word, HAK_SAMPLING_ON);
}

void hak_sampler_end(void)
{
	hak_and_ordered(&hak_sampling.word, ~HAK_SAMPLING_ON);
}
