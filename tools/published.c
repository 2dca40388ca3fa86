/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include "published.h"

#include <string.h>
#include <unistd.h>

#include "watch/record.h"

#define N_FIGURES_MAX 1000 /* more is nonsense */
#define N_TRIES 1000       /* to find it at rest */

static struct hakmem_page_figure figures[N_FIGURES_MAX];

/* Whole values: the sequence is even, and the same before and after. */
static bool read_page(struct target *t, uint64_t address, struct hakmem_page *page)
{
	for (unsigned i = 0; i < N_TRIES; i++) {
		uint64_t sequence;

		target_refresh(t);
		if (!target_read(t, address, page, sizeof *page) || memcmp(page->signature, HAKMEM_PAGE_NAME, sizeof HAKMEM_PAGE_NAME) != 0 ||
			page->version != HAKMEM_PAGE_VERSION || page->n_figures > N_FIGURES_MAX || page->stride < sizeof *figures)
			return false;
		for (uint32_t f = 0; f < page->n_figures; f++)
			target_read(t, address + page->first + (uint64_t)f * page->stride, &figures[f], sizeof figures[f]);
		if (t->is_lost)
			return false;
		target_refresh(t);
		sequence = target_u64(t, address + offsetof(struct hakmem_page, sequence));
		if (page->sequence % 2 == 0 && page->sequence == sequence)
			return true;
		usleep(1000);
	}
	return false;
}

/* A string of the page, which may hold anything. */
static void add_string(struct hak_text *out, const char *s, size_t size, bool is_json)
{
	for (size_t i = 0; i < size && s[i] != '\0'; i++) {
		char c = s[i];

		if (c < ' ' || c > '~')
			c = '?';
		if (is_json && (c == '"' || c == '\\'))
			hak_text_add(out, "\\");
		hak_text_add_bytes(out, &c, 1);
	}
}

static void print_json(struct hak_text *out, const struct hakmem_page *page)
{
	hak_text_add(out, "{\"version\":\"");
	add_string(out, page->library, sizeof page->library, true);
	hak_text_add(out, "\",\"page\":");
	hak_text_add_number(out, page->version);
	hak_text_add(out, ",\"program\":\"");
	add_string(out, page->program, sizeof page->program, true);
	hak_text_add(out, "\",\"pid\":");
	hak_text_add_number(out, page->pid);
	hak_text_add(out, ",\"time\":\"");
	hak_record_print_time(out, page->time, 'T');
	hak_text_add(out, "Z\"");
	for (uint32_t f = 0; f < page->n_figures; f++) {
		hak_text_add(out, ",\"");
		add_string(out, figures[f].name, sizeof figures[f].name, true);
		hak_text_add(out, "\":");
		hak_text_add_number(out, figures[f].value);
	}
	hak_text_add(out, "}\n");
}

static void print_text(struct hak_text *out, const struct hakmem_page *page)
{
	hak_text_add(out, "hakmem ");
	add_string(out, page->library, sizeof page->library, false);
	hak_text_add(out, " statistics page of ");
	add_string(out, page->program, sizeof page->program, false);
	hak_text_add(out, ", pid ");
	hak_text_add_number(out, page->pid);
	hak_text_add(out, ", ");
	hak_record_print_time(out, page->time, ' ');
	hak_text_add(out, " UTC\n");
	for (uint32_t f = 0; f < page->n_figures; f++) {
		const struct hakmem_page_figure *figure = &figures[f];
		size_t n = strnlen(figure->name, sizeof figure->name);

		hak_text_add(out, "  ");
		add_string(out, figure->name, sizeof figure->name, false);
		hak_text_add_column(out, figure->value, (unsigned)(34 - n));
		if (strncmp(figure->unit, "bytes", sizeof figure->unit) == 0 && figure->value >= 1024)
			hak_record_print_size(out, figure->value, 9);
		hak_text_add(out, "\n");
	}
}

bool published_print(struct target *t, pid_t pid, bool is_json, struct hak_text *out)
{
	uint64_t address;
	struct hakmem_page page;

	if (!target_open_page(t, pid, &address))
		return false;
	if (!read_page(t, address, &page)) {
		snprintf(t->trouble, sizeof t->trouble, "its page cannot be read: it has ended, or this hakmem-stat, %s, does not know the "
			"page's version\n", HAKMEM_VERSION);
		return false;
	}
	if (is_json)
		print_json(out, &page);
	else
		print_text(out, &page);
	return true;
}
