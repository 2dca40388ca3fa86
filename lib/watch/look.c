/* SPDX-License-Identifier: MIT */
#include "watch/look.h"

#include "conf/options.h"
#include "os/clock.h"
#include "thread/decay.h"
#include "watch/file.h"
#include "watch/page.h"

static uint64_t file_due, page_due; /* whoever looks: ms; UINT64_MAX: not asked for */

static uint64_t pause_after(uint64_t took_ns, uint64_t wanted)
{
	uint64_t least = took_ns * HAK_LOOK_SHARE / 1000000;

	return wanted > least ? wanted : least;
}

static uint64_t file_pause(void)
{
	return (uint64_t)hak_load_relaxed(&hak_options.stats_interval) * 1000;
}

/* Does it, if it is due, and sets when it is again. */
static void do_due(uint64_t *due, uint64_t now, uint64_t wanted, void (*act)(void))
{
	uint64_t from = hak_os_now_fine();

	if (now < *due)
		return;
	act();
	*due = now + pause_after(hak_os_now_fine() - from, wanted);
}

/* Whoever moves due on does what was due; far enough for nobody else to begin meanwhile, and not forever: a fork may leave
 * that thread behind. */
static void look(uint64_t now)
{
	uint64_t due = hak_load_acquire(&hak_decay_look.due);

	if (now < due || !hak_cas_acquire(&hak_decay_look.due, &due, now + HAK_LOOK_PATIENCE))
		return;
	do_due(&file_due, now, file_pause(), hak_file_write);
	do_due(&page_due, now, HAK_PAGE_PAUSE, hak_page_publish);
	/* Release: whoever is next finds what this one did. */
	hak_store_release(&hak_decay_look.due, file_due < page_due ? file_due : page_due);
}

void hak_look_start(void)
{
	bool has_file = hak_file_is_asked(), has_page = hak_options.stats_page != 0;

	if (!has_file && !has_page)
		return;
	file_due = has_file ? 0 : UINT64_MAX;
	page_due = has_page ? 0 : UINT64_MAX;
	if (has_page)
		hak_page_publish();
	hak_decay_look.look = look;
	/* Release: pairs with the acquire in hak_decay_step_own(). */
	hak_store_release(&hak_decay_look.due, 0);
}

void hak_look_end(void)
{
	if (hak_file_is_asked())
		hak_file_write();
	hak_page_finish();
}
