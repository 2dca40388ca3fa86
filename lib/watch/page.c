/* SPDX-License-Identifier: MIT */
#include "watch/page.h"

#include "base/atomic.h"
#include "base/bits.h"
#include "base/call.h"
#include "os/clock.h"
#include "os/fork.h"
#include "os/page.h"
#include "watch/origin.h"
#include "watch/output.h"
#include "watch/stats.h"

#define STRING_COPY(to, from) copy_string((to), sizeof(to), (from))

static struct hakmem_page *page;  /* any: NULL: not made */
static struct hak_record *record; /* any: what the figures are summed in: there may be little stack */
static uint32_t made_in;          /* any: the fork generation that has page */
static bool is_refused;           /* any: the kernel would not make one */

static void copy_string(char *to, size_t size, const char *from)
{
	size_t n = 0;

	while (n < size - 1 && from[n] != '\0') {
		hak_store_relaxed(&to[n], from[n]);
		n++;
	}
}

/* What hak_stats_count() does not tell is no figure of the page. */
static bool is_counted(const struct hak_figure *f)
{
	return f->offset != offsetof(struct hakmem_stats, holes) && f->offset != offsetof(struct hakmem_stats, metadata) &&
		f->offset != offsetof(struct hakmem_stats, resident) && f->offset != offsetof(struct hakmem_stats, peak_resident) &&
		f->offset != offsetof(struct hakmem_stats, pinned);
}

static struct hakmem_page_figure *table_of(struct hakmem_page *p)
{
	return (struct hakmem_page_figure *)(p + 1);
}

static size_t page_size(void)
{
	return hak_round_up(sizeof(struct hakmem_page) + HAK_N_FIGURES * sizeof(struct hakmem_page_figure), hak_os_page_size());
}

static void fill_table(struct hakmem_page *p)
{
	struct hakmem_page_figure *to = table_of(p);

	for (const struct hak_figure *f = hak_figures; f < hak_figures + HAK_N_FIGURES; f++) {
		if (!is_counted(f))
			continue;
		STRING_COPY(to->name, f->name);
		STRING_COPY(to->unit, f->kind == HAK_FIGURE_BYTES || f->kind == HAK_FIGURE_BYTES_SO_FAR ? "bytes" : "count");
		STRING_COPY(to->kind, f->kind == HAK_FIGURE_BYTES || f->kind == HAK_FIGURE_COUNT ? "gauge" : "counter");
		to++;
	}
	p->n_figures = (uint32_t)(to - table_of(p));
}

/* The descriptor is gone again when this returns. */
static struct hakmem_page *map_page(void)
{
	static const char zero[512];
	long fd = hak_call(SYS_memfd_create, HAKMEM_PAGE_NAME, 1 /* MFD_CLOEXEC */);
	struct hakmem_page *p = NULL;
	long n = fd;

	for (size_t size = 0; fd >= 0 && n >= 0 && size < page_size(); size += sizeof zero)
		n = hak_call(SYS_write, fd, zero, sizeof zero);
	if (n >= 0)
		p = hak_os_map_shared((int)fd, page_size());
	if (fd >= 0)
		hak_call(SYS_close, fd);
	if (p == NULL) {
		is_refused = true;
		hak_output_complain("stats_page", HAKMEM_PAGE_NAME, n < 0 ? -n : 0);
	}
	return p;
}

static bool make_page(void)
{
	struct hakmem_page *p;

	if (record == NULL)
		record = hak_os_map(hak_round_up(sizeof *record, hak_os_page_size()), hak_os_page_size(), "hakmem: record");
	p = record != NULL ? map_page() : NULL;
	if (p == NULL)
		return false;
	hak_origin_get(record, false);
	STRING_COPY(p->program, record->program);
	STRING_COPY(p->library, record->version);
	p->version = HAKMEM_PAGE_VERSION;
	p->first = sizeof *p;
	p->stride = sizeof(struct hakmem_page_figure);
	p->pid = record->pid;
	fill_table(p);
	page = p;
	made_in = hak_fork_generation();
	return true;
}

static void store_values(struct hakmem_page *p)
{
	struct hakmem_page_figure *to = table_of(p);

	hak_store_release(&p->time, hak_os_date());
	for (const struct hak_figure *f = hak_figures; f < hak_figures + HAK_N_FIGURES; f++) {
		if (is_counted(f)) {
			hak_store_release(&to->value, hak_figure_value(&record->stats, f));
			to++;
		}
	}
}

static bool is_made(void)
{
	return page != NULL && made_in == hak_fork_generation();
}

void hak_page_publish(void)
{
	struct hakmem_page *p;

	if (is_refused || (!is_made() && !make_page()))
		return;
	p = page;
	hak_stats_fill_counted(record);
	/* No value is seen before the odd number, since each is released, and none after the even one. */
	hak_store_relaxed(&p->sequence, p->sequence + 1);
	store_values(p);
	hak_store_release(&p->sequence, p->sequence + 1);
	if (p->signature[0] == '\0')
		STRING_COPY(p->signature, HAKMEM_PAGE_NAME);
}

void hak_page_finish(void)
{
	if (is_made())
		hak_page_publish();
}
