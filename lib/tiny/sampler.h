/* SPDX-License-Identifier: MIT */
/*
 * Owns: which allocations become samples. Each allocated byte is equally likely to make its block a sample; on average
 *       there is one in an interval of bytes.
 * Threads: _own: the cache's owner. Locks: META inside.
 * Z1 With a sampler attached to the cache, every pop misses. The miss first counts the allocation and pops a block after
 *    all (hak_sampler_pop_class_hit()), unless the allocation is due to be a sample, or would miss without a sampler too.
 * Z2 Each class has a countdown of its own, in blocks. Since bytes are sampled independently, this is equivalent to one
 *    countdown in bytes.
 * Z3 A thread that never misses would not notice that sampling has started, so whoever starts it sets the bases of all
 *    caches to HAK_ALWAYS_MISS. The owner, if it is inside a miss, may overwrite that; so it checks once more on its
 *    way out.
 * Z4 While no profile is taken, a thread that allocates slowly may have a sampler, too, to which all blocks are the same
 *    and none is a sample: it only makes one allocation in so many miss, in a steady loop, too (thread/post.h).
 */
#ifndef HAK_TINY_SAMPLER_H
#define HAK_TINY_SAMPLER_H

#include "tiny/slab.h"

struct hak_sampler {
	struct hak_slot *floor[HAK_N_CLASSES]; /* own: what base is without a sampler (C1) */
	/* own: the n-th allocation of the class from now on is a sample; 0: not drawn yet. The last one is always 0, for
	 * sizes without a class */
	int32_t left[HAK_N_CLASSES + 1];
	uint64_t random;                       /* own */
	uint64_t interval;                     /* own: with which left was drawn; 0: none (Z4) */
	bool is_listed;                        /* own: it is part of hak_sampling.word: not if it was attached for Z4 */
};

struct hak_sampling {
	uint32_t word;     /* any: 1 while samples are taken, 2 while a signal has asked for a profile, plus 4 for each attached
	                    * sampler; 0: nothing to do */
	uint64_t interval; /* any: bytes between two samples on average */
};

extern struct hak_sampling hak_sampling;

#define HAK_SAMPLING_ON 1U
#define HAK_SAMPLING_ASKED 2U
#define HAK_SAMPLING_ATTACHED 4U

HAK_INLINE bool hak_sampler_is_on(void)
{
	return (hak_load_relaxed(&hak_sampling.word) & HAK_SAMPLING_ON) != 0;
}

HAK_INLINE struct hak_slot *hak_sampler_floor_own(const struct hak_cache *c, unsigned sc)
{
	struct hak_slot *base;

	if (HAK_UNLIKELY(c->sampler != NULL))
		return c->sampler->floor[sc];
	base = hak_load_relaxed(&c->base[sc]);
	return HAK_LIKELY(base != HAK_ALWAYS_MISS) ? base : c->array[sc];
}

/* Was the base set by another thread (Z3), and is there no sampler (any more)? */
HAK_INLINE bool hak_sampler_is_told_own(const struct hak_cache *c, unsigned sc)
{
	return c->sampler == NULL && hak_load_relaxed(&c->base[sc]) == HAK_ALWAYS_MISS;
}

HAK_INLINE void hak_sampler_set_floor_own(struct hak_cache *c, unsigned sc, struct hak_slot *floor)
{
	hak_own_set(HAK_UNLIKELY(c->sampler != NULL) ? &c->sampler->floor[sc] : &c->base[sc], floor);
}

/* Counts an allocation of class sc and pops a block for it. False, and not counted: the allocation is due to be a sample,
 * or misses anyway, or sc is HAK_N_CLASSES. */
HAK_INLINE bool hak_sampler_pop_class_hit(struct hak_cache *c, struct hak_sampler *s, size_t sc, void **out)
{
	struct hak_slot *top;
	uint8_t *live;
	bool is_due;

	hak_own_is_spent(&s->left[sc], is_due);
	if (HAK_UNLIKELY(is_due))
		goto miss;
	top = c->top[sc];
	if (HAK_UNLIKELY(top <= s->floor[sc]))
		goto miss;
	live = top[-1].live;
	if (sc > hak_class_of(HAK_SHARED_MAX) && !hak_slab_has_hit(top[-1], sc)) /* as hak_class_is_single() */
		goto miss;
	if (HAK_UNLIKELY(hak_load_once(live) != 0)) /* C3 */
		goto miss;
	hak_own_step(&c->top[sc], -1);
	hak_own_set(live, HAK_LIVE);
	*out = top[-1].block;
	return true;

miss:
	s->left[sc]++;
	return false;
}

/* The same for the calling thread, if its cache has a sampler. Every miss of an allocation starts with this. */
HAK_INLINE bool hak_sampler_pop_hit(size_t sc, void **out)
{
	struct hak_cache *c = hak_cache_mine;

	return HAK_UNLIKELY(c->sampler != NULL) && hak_sampler_pop_class_hit(c, c->sampler, sc, out);
}

/* The same for size bytes, of class sc: read again for a small size, since a handler may have come between two looks at the
 * thread's cache, the first of which found hak_cache_none (C2). */
HAK_INLINE bool hak_sampler_pop_size_hit(size_t size, size_t sc, void **out)
{
	struct hak_cache *c = hak_cache_mine;

	if (HAK_LIKELY(c->sampler == NULL))
		return false;
	return hak_sampler_pop_class_hit(c, c->sampler, size <= HAK_SMALL_MAX ? c->class_of[size] : sc, out);
}

/* Counts an allocation of class sc that missed. True: it is a sample. Needs an attached sampler. */
bool hak_sampler_count_own(struct hak_cache *c, unsigned sc);

/* Decides at random whether a block of size bytes is a sample; for blocks that no countdown counts. */
bool hak_sampler_toss(uint64_t *random, size_t size);

/* Attaches a sampler if samples are taken or the thread is to count, and detaches it if not. Inside a miss. */
void hak_sampler_settle_own(struct hak_cache *c) HAK_COLD;

/* Would hak_sampler_settle_own() change something? Any thread may call this. */
HAK_INLINE bool hak_sampler_is_unsettled(const struct hak_cache *c)
{
	return (hak_load_relaxed(&c->sampler) != NULL) != (hak_sampler_is_on() || hak_load_relaxed(&c->is_counting));
}

/* Starts and stops sampling; one call at a time. Threads notice that it has stopped at their next miss, at the latest when
 * a sample is due. */
void hak_sampler_begin(uint64_t interval);
void hak_sampler_end(void);

#endif
