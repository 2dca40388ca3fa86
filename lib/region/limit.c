/* SPDX-License-Identifier: MIT */
#include "region/limit.h"

#include <sys/sysinfo.h>

#include "base/check.h"
#include "base/probe.h"
#include "conf/limits.h"
#include "conf/options.h"
#include "os/call.h"
#include "os/cgroup.h"
#include "os/clock.h"
#include "region/peak.h"

uint64_t hak_limit_mark;

struct hak_limit_stats hak_limit_sums;
static uint64_t brink;              /* any: bytes in force; 0: none */
static bool is_started;             /* any: the options' limits are in force */

/* The container, as last read. */
static uint64_t container_max;      /* any: bytes; 0: none, or not known yet */
static uint64_t container_least;    /* any: the same, with memory.high */

/* For hak_limit_watch(). */
static struct hak_cgroup cgroup;
static uint64_t n_hits, stalled, looked; /* the counters at the last look, and when that was */
static uint32_t n_looks;            /* since the limits were read */

uint64_t hak_limit_held(void)
{
	return hak_load_relaxed(&hak_limit_sums.held);
}

static bool take_within(size_t size, uint64_t most)
{
	uint64_t held = hak_load_relaxed(&hak_limit_sums.held);

	do
		if (held + size > most)
			return false;
	while (!hak_cas_acquire(&hak_limit_sums.held, &held, held + size));
	hak_peak_note_held(held + size);
	return true;
}

bool hak_limit_take(size_t size)
{
	uint64_t most;

	if (HAK_UNLIKELY(!hak_load_acquire(&is_started)))
		hak_limit_start();
	most = hak_load_relaxed(&hak_limit_sums.hard);
	if (HAK_UNLIKELY(most != 0))
		return take_within(size, most);
	hak_limit_add(size);
	return true;
}

void hak_limit_add(size_t size)
{
	hak_peak_note_held(hak_add_relaxed(&hak_limit_sums.held, size) + size);
}

void hak_limit_give(size_t size)
{
	HAK_ASSERT(hak_load_relaxed(&hak_limit_sums.held) >= size);
	hak_sub_relaxed(&hak_limit_sums.held, size);
}

bool hak_limit_is_hard(void)
{
	return hak_load_relaxed(&hak_limit_sums.hard) != 0;
}

bool hak_limit_allows(size_t size)
{
	uint64_t most = hak_load_relaxed(&hak_limit_sums.hard);

	return most == 0 || size <= most;
}

enum hak_limit_level hak_limit_level_now(void)
{
	uint64_t held = hak_limit_held();
	uint64_t edge = hak_load_relaxed(&brink);
	uint64_t early = hak_load_relaxed(&hak_limit_sums.soft);

	if (edge != 0 && held > edge)
		return HAK_LIMIT_BRINK;
	return early != 0 && held > early ? HAK_LIMIT_SOFT : HAK_LIMIT_BELOW;
}

void hak_limit_count_refusal(void)
{
	if (hak_load_relaxed(&hak_limit_sums.hard) != 0) {
		hak_add_relaxed(&hak_limit_sums.n_refused, 1);
		HAK_PROBE(limit, hak_load_relaxed(&hak_limit_sums.held), hak_load_relaxed(&hak_limit_sums.hard));
	}
}

void hak_limit_count_press(void)
{
	hak_add_relaxed(&hak_limit_sums.n_pressed, 1);
}

static uint64_t machine_size(void)
{
	struct sysinfo info = { .totalram = 0 };

	return hak_call(SYS_sysinfo, &info) == 0 ? (uint64_t)info.totalram * info.mem_unit : 0;
}

/* What an option means in bytes; 0: nothing. */
static uint64_t bytes_of(int64_t size)
{
	uint64_t whole = hak_load_relaxed(&container_max);

	if (size >= 0 || size == HAK_SIZE_AUTO)
		return size > 0 ? (uint64_t)size : 0;
	if (whole == 0)
		whole = machine_size();
	return whole / 100 * (uint64_t)-size;
}

static uint64_t lower(uint64_t a, uint64_t b) /* 0: none */
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Puts into force what the options and the container say. */
static void settle_once(void)
{
	uint64_t max = hak_load_relaxed(&container_max);
	uint64_t least = hak_load_relaxed(&container_least);
	uint64_t asked = bytes_of(hak_load_relaxed(&hak_options.limit_hard));
	int64_t early = hak_load_relaxed(&hak_options.limit_soft);
	uint64_t edge = max != 0 ? HAK_LIMIT_BRINK_OF(max) : 0;
	uint64_t most = asked, mark;
	uint64_t why = asked != 0 || early != HAK_SIZE_AUTO ? HAK_LIMIT_FROM_OPTION : 0;

	if (hak_options.limit == HAK_LIMIT_CGROUP)
		most = lower(most, edge);
	if (early == HAK_SIZE_AUTO)
		mark = HAK_LIMIT_SOFT_OF(lower(most, least));
	else
		mark = bytes_of(early);
	if (least != 0)
		why |= HAK_LIMIT_FROM_CGROUP;
	hak_store_relaxed(&hak_limit_sums.soft, mark);
	hak_store_relaxed(&hak_limit_sums.hard, most);
	hak_store_relaxed(&brink, edge);
	hak_store_relaxed(&hak_limit_sums.from, mark != 0 || most != 0 || edge != 0 ? why : 0);
	hak_store_relaxed(&hak_limit_mark, lower(mark, edge));
}

/* If several threads change options, the last one must leave the right limits: a thread that was overtaken repeats it. */
static void settle(void)
{
	static uint32_t n_changes; /* any */
	uint32_t mine;

	hak_add_ordered(&n_changes, 1);
	do {
		mine = hak_load_ordered(&n_changes);
		settle_once();
	} while (hak_load_ordered(&n_changes) != mine);
}

static void learn(struct hak_cgroup *c)
{
	hak_cgroup_find(c, hak_cgroup_root[0] != '\0' ? hak_cgroup_root : HAK_CGROUP_ROOT, "/proc/self/cgroup");
	hak_store_relaxed(&container_max, c->max);
	hak_store_relaxed(&container_least, c->least);
}

static bool is_percent(const int64_t *option)
{
	int64_t size = hak_load_relaxed(option);

	return size < 0 && size != HAK_SIZE_AUTO;
}

bool hak_limit_is_asked(void)
{
	return hak_options.limit == HAK_LIMIT_CGROUP || is_percent(&hak_options.limit_hard) ||
		is_percent(&hak_options.limit_soft);
}

void hak_limit_change(void)
{
	struct hak_cgroup c;

	if (hak_limit_is_asked())
		learn(&c);
	settle();
}

void hak_limit_start(void)
{
	hak_options_ensure();
	if (hak_load_acquire(&hak_options_state) != HAK_OPTIONS_READ)
		return;
	/* Pairs with the acquire in hak_limit_take(). Several threads may do this, with the same result. Without any option
	 * about limits, no other page is written to. */
	hak_store_release(&is_started, true);
	if (hak_options.limit == HAK_LIMIT_CGROUP || hak_options.limit_hard != 0 ||
		hak_options.limit_soft != HAK_SIZE_AUTO)
		hak_limit_change();
}

/* Has the container been short of memory since the last look? */
static bool has_pressure(void)
{
	uint64_t hits = hak_cgroup_count_hits(&cgroup);
	uint64_t waits = hak_cgroup_stalled(&cgroup);
	uint64_t now = hak_os_now();
	/* Waits, in µs, were at least 1/HAK_LIMIT_STALL of the time, in ms. */
	bool is_short = looked != 0 && (hits > n_hits || (waits > stalled &&
		(waits - stalled) * HAK_LIMIT_STALL > (now - looked) * 1000));

	n_hits = hits;
	stalled = waits;
	looked = now;
	return is_short;
}

bool hak_limit_watch(void)
{
	if (!hak_limit_is_asked())
		return false;
	if (n_looks++ % HAK_LIMIT_LEARN == 0) {
		learn(&cgroup);
		settle();
	}
	return cgroup.least != 0 && has_pressure();
}

void hak_limit_stats_get(struct hak_limit_stats *stats)
{
	stats->held = hak_limit_held();
	stats->soft = hak_load_relaxed(&hak_limit_sums.soft);
	stats->hard = hak_load_relaxed(&hak_limit_sums.hard);
	stats->from = hak_load_relaxed(&hak_limit_sums.from);
	stats->n_refused = hak_load_relaxed(&hak_limit_sums.n_refused);
	stats->n_pressed = hak_load_relaxed(&hak_limit_sums.n_pressed);
}
