/* SPDX-License-Identifier: MIT */
#include "watch/sample.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/bits.h"
#include "base/chance.h"
#include "conf/options.h"
#include "conf/report.h"
#include "free/dispatch.h"
#include "os/page.h"
#include "thread/thread.h"
#include "tiny/slab.h"
#include "watch/dump.h"
#include "watch/profile.h"
#include "watch/stack.h"

static uint64_t random_of_none; /* any: for threads without a cache; a race on it does no harm */

/* Inside a miss, like everything that takes a lock. */
static void watch_free(void *p, const struct hak_caller *caller)
{
	struct hak_cache *c = hak_thread_enter();

	hak_profile_drop(p, caller);
	hak_thread_leave_untold(c); /* the caller frees p now */
	hak_probe_free(p);
}

/* All caches, or those whose threads have not noticed yet that sampling has started or stopped. */
static void tell(bool all)
{
	for (struct hak_cache *c = hak_load_acquire(&hak_cache_none.next); c != NULL; c = hak_load_acquire(&c->next))
		if (all || hak_sampler_is_unsettled(c))
			hak_cache_tell_any(c);
}

static bool is_traced(void)
{
	return HAK_UNLIKELY(hak_load_relaxed(&hak_probe_alloc_semaphore) != 0);
}

static bool is_wanted(void)
{
	return hak_load_relaxed(&hak_options.prof) != 0 || is_traced();
}

static bool settle(void)
{
	struct hak_cache *c;
	bool is_done;

	hak_store_relaxed(&hak_free_watcher, watch_free);
	hak_store_relaxed(&hak_report_watcher, hak_dump_after_verdict);
	c = hak_thread_enter();
	if (c != NULL && c->sampler != NULL) /* it may be counting (Z4); other threads notice when a countdown ends */
		memset(c->sampler->left, 0, sizeof c->sampler->left);
	is_done = hak_profile_settle(is_wanted, (uint64_t)hak_options.prof_memory,
		(uint64_t)hak_load_relaxed(&hak_options.prof_interval));
	hak_thread_leave(c);
	/* Twice: a thread inside a miss may have overwritten it (Z3). */
	for (int i = 0; i < 2 && hak_sampler_is_on(); i++)
		tell(false);
	return is_done;
}

bool hak_sample_settle(void)
{
	if (hak_load_relaxed(&hak_options.prof) != 0)
		hak_stack_prepare(); /* may allocate: outside of a miss */
	return settle();
}

/* A block counts as its class, or its OS pages: were it the size requested, as in a hardened process, there would be a site for
 * each. */
static size_t size_of(const struct hak_span *span)
{
	return span->kind == HAK_KIND_SLAB ? span->size : hak_round_up(span->size, hak_os_page_size());
}

/* Is the block in span a sample? */
static bool is_due(const struct hak_span *span)
{
	struct hak_cache *c = hak_thread_me.cache;

	if (c == NULL || c->sampler == NULL) /* no memory for one */
		return hak_sampler_toss(&random_of_none, size_of(span));
	if (span->kind == HAK_KIND_SLAB)
		return hak_sampler_count_own(c, span->sc);
	return hak_sampler_toss(&c->sampler->random, size_of(span));
}

static void set_mark(struct hak_span *span, const void *p)
{
	struct hak_slab *s = (struct hak_slab *)span;
	uint8_t *live;

	if (span->kind != HAK_KIND_SLAB) {
		span->is_sampled = true;
		return;
	}
	live = &s->live[hak_slab_idx_of(s, p)];
	hak_store_relaxed(live, hak_load_relaxed(live) | HAK_LIVE_SAMPLED);
}

static void ask(int signal)
{
	(void)signal;
	hak_or_ordered(&hak_sampling.word, HAK_SAMPLING_ASKED);
	tell(true);
}

void hak_sample_obey_signal(void)
{
	const struct sigaction action = { .sa_handler = ask, .sa_flags = SA_RESTART };
	int (*set_action)(int signal, const struct sigaction *action, struct sigaction *old);

	*(void **)&set_action = hak_stack_symbol("sigaction");
	if (set_action == NULL)
		return;
	hak_stack_prepare();
	set_action((int)hak_options.prof_signal, &action, NULL);
}

/* Outside of a miss. The program may hold any lock of its own, so none of the dynamic linker's may be waited for. */
static void HAK_COLD obey(void)
{
	if ((hak_and_ordered(&hak_sampling.word, ~HAK_SAMPLING_ASKED) & HAK_SAMPLING_ASKED) == 0)
		return; /* another thread does it */
	if (hak_sampler_is_on()) {
		hak_dump_numbered(false);
		return;
	}
	hak_store_relaxed(&hak_options.prof, 1);
	settle();
}

/* How many bytes a sample of size bytes stands for. */
static uint64_t weigh(size_t size)
{
	double p = hak_chance_of((double)size / (double)hak_load_relaxed(&hak_sampling.interval));

	return (uint64_t)((double)size / p + 0.5);
}

void hak_sample_count(void *p, const void *frame)
{
	struct hak_span *span;
	struct hak_cache *c;
	int saved = errno;

	if (hak_thread_me.depth > 0) /* the unwinder, or a handler */
		return;
	if (HAK_UNLIKELY((hak_load_relaxed(&hak_sampling.word) & HAK_SAMPLING_ASKED) != 0))
		obey();
	if (HAK_UNLIKELY(hak_sampler_is_on() != is_wanted()))
		settle();
	errno = saved;
	if (!hak_sampler_is_on())
		return;
	span = hak_registry_find(p);
	if (!is_due(span))
		return;
	c = hak_thread_enter();
	if (hak_profile_add(p, size_of(span), frame) || is_traced())
		set_mark(span, p);
	hak_thread_leave_untold(c); /* the caller has p in hand */
	if (is_traced())
		hak_probe_alloc(p, size_of(span), weigh(size_of(span)));
	errno = saved;
}

uint32_t hak_sample_lift(struct hak_span *span, const void *p)
{
	struct hak_cache *c = hak_thread_enter();
	uint32_t site = hak_profile_drop(p, NULL);

	hak_thread_leave(c);
	span->is_sampled = false;
	return site;
}

void hak_sample_put_back(struct hak_span *span, const void *p, uint32_t site)
{
	struct hak_cache *c = hak_thread_enter();

	span->is_sampled = hak_profile_put_back(p, site);
	hak_thread_leave(c);
}
