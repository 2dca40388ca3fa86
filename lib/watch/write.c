/* SPDX-License-Identifier: MIT */
/* Owns: records as text, JSON and XML. */
#include "base/site.h"
#include "os/clock.h"
#include "watch/record.h"

#define NAME_WIDTH 32 /* of the text's columns: name and value together */

static void add_two(struct hak_text *t, uint64_t n)
{
	hak_text_add(t, n < 10 ? "0" : "");
	hak_text_add_number(t, n);
}

/* Days since 1970 as a date, by the calendar's 400 years from a 1st of March on. */
static void add_date(struct hak_text *t, uint64_t days)
{
	uint64_t d = days + 719468, era = d / 146097, of_era = d % 146097;
	uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint64_t month = (5 * of_year + 2) / 153; /* 0: March */

	hak_text_add_number(t, year + era * 400 + (month >= 10));
	hak_text_add(t, "-");
	add_two(t, month < 10 ? month + 3 : month - 9);
	hak_text_add(t, "-");
	add_two(t, of_year - (153 * month + 2) / 5 + 1);
}

HAK_COLD void hak_record_print_time(struct hak_text *t, uint64_t ms, char between)
{
	uint64_t s = ms / 1000;

	add_date(t, s / 86400);
	hak_text_add_bytes(t, &between, 1);
	add_two(t, s / 3600 % 24);
	hak_text_add(t, ":");
	add_two(t, s / 60 % 60);
	hak_text_add(t, ":");
	add_two(t, s % 60);
	hak_text_add(t, ms % 1000 < 100 ? ".0" : ".");
	add_two(t, ms % 1000);
}

void hak_record_print_size(struct hak_text *t, uint64_t n_bytes, unsigned width)
{
	static const char units[][7] = { " B", " KiB", " MiB", " GiB", " TiB", " PiB" };
	uint64_t whole = n_bytes, rest = 0;
	unsigned u = 0;

	for (; whole >= 1024 && u < 5; u++) {
		rest = whole % 1024;
		whole /= 1024;
	}
	hak_text_add_column(t, whole, u > 0 && width > 2 ? width - 2 : width);
	if (u > 0) {
		hak_text_add(t, ".");
		hak_text_add_number(t, rest * 10 / 1024);
	}
	hak_text_add(t, units[u]);
}

static void add_size(struct hak_text *t, const char *before, uint64_t n_bytes)
{
	hak_text_add(t, before);
	hak_record_print_size(t, n_bytes, 0);
}

/* a / b with two decimals. */
static void add_ratio(struct hak_text *t, uint64_t a, uint64_t b)
{
	uint64_t hundredths = b > 0 ? (a / b) * 100 + (a % b) * 100 / b : 0;

	hak_text_add_number(t, hundredths / 100);
	hak_text_add(t, ".");
	add_two(t, hundredths % 100);
}

static bool is_size(const struct hak_figure *f)
{
	return f->kind == HAK_FIGURE_BYTES || f->kind == HAK_FIGURE_BYTES_SO_FAR;
}

/* Part of a sum; nothing for 0. */
static void add_term(struct hak_text *t, uint64_t n_bytes, const char *sign, const char *what)
{
	if (n_bytes == 0)
		return;
	add_size(t, sign, n_bytes);
	hak_text_add(t, what);
}

/* What a reader wants to know first, then where the rest is. */
static void print_summary(struct hak_text *t, const struct hakmem_stats *s)
{
	add_size(t, "  live ", s->allocated);
	add_size(t, ", resident ", s->resident);
	hak_text_add(t, " (");
	add_ratio(t, s->resident, s->allocated);
	hak_text_add(t, " times as much); at most so far ");
	hak_record_print_size(t, s->peak_active, 0);
	add_size(t, " in use, ", s->peak_held);
	add_size(t, " held, ", s->peak_resident);
	hak_text_add(t, " resident in the whole process\n");

	hak_text_add(t, "  resident = live");
	add_term(t, s->cached, " + ", " in caches");
	add_term(t, s->in_flight, " + ", " in flight");
	add_term(t, s->slab_free, " + ", " free in slabs");
	add_term(t, s->dirty, " + ", " in free slices");
	add_term(t, s->lazy, " + ", " lazily given back");
	add_term(t, s->metadata, " + ", " metadata");
	add_term(t, s->holes, " - ", " in holes or never touched");
	hak_text_add(t, "\n");
}

static void print_text(struct hak_text *t, const struct hak_record *r)
{
	hak_text_add(t, "hakmem ");
	hak_text_add(t, r->version);
	hak_text_add(t, " statistics of ");
	hak_text_add(t, r->program);
	hak_text_add(t, ", pid ");
	hak_text_add_number(t, r->pid);
	hak_text_add(t, ", ");
	hak_record_print_time(t, r->time, ' ');
	hak_text_add(t, " UTC, schema ");
	hak_text_add_number(t, HAK_RECORD_SCHEMA);
	hak_text_add(t, " (bytes; n_...: counts)\n");
	print_summary(t, &r->stats);
	for (const struct hak_figure *f = hak_figures; f < hak_figures + HAK_N_FIGURES; f++) {
		uint64_t value = hak_figure_value(&r->stats, f);

		hak_text_add(t, "  ");
		hak_text_add(t, f->name);
		hak_text_add_column(t, value, NAME_WIDTH - (unsigned)hak_text_measure(f->name));
		if (is_size(f) && value >= 1024)
			hak_record_print_size(t, value, 9);
		hak_text_add(t, "\n");
	}
	hak_text_add(t, "   class      live    cached  in flight      free     slabs        pinned\n");
	for (const struct hakmem_class_stats *class = r->class; class < r->class + r->n_classes; class++) {
		if (!hak_class_is_used(class))
			continue;
		hak_text_add_column(t, class->size, 8);
		hak_text_add_column(t, class->n_live, 10);
		hak_text_add_column(t, class->n_cached, 10);
		hak_text_add_column(t, class->n_in_flight, 11);
		hak_text_add_column(t, class->n_free, 10);
		hak_text_add_column(t, class->n_slabs, 10);
		hak_text_add_column(t, class->pinned, 14);
		hak_text_add(t, "\n");
	}
}

static void add_member(struct hak_text *t, const char *name, uint64_t value, const char *before)
{
	hak_text_add(t, before);
	hak_text_add(t, "\"");
	hak_text_add(t, name);
	hak_text_add(t, "\":");
	hak_text_add_number(t, value);
}

#if HAK_COUNT
/* "lib/tiny/remote.c" of whatever path the compiler was given. */
static const char *short_name(const char *path)
{
	const char *last[2] = { path, path };

	for (const char *c = path; *c != '\0'; c++) {
		if (*c == '/') {
			last[0] = last[1];
			last[1] = c + 1;
		}
	}
	return last[0];
}

static void write_sites(struct hak_text *t)
{
	struct hak_site_counts c;
	const struct hak_site *site;
	bool is_first = true;

	add_member(t, "ticks_per_ms", hak_os_ticks_per_ms(), ",");
	hak_text_add(t, ",\"sites\":[");
	for (size_t i = 0; (site = hak_site_get(i, &c)) != NULL; i++) {
		if (c.n_lines == 0 && c.n_locks == 0)
			continue;
		hak_text_add(t, is_first ? "{\"file\":\"" : ",{\"file\":\"");
		hak_text_add(t, short_name(site->file));
		hak_text_add(t, "\",\"function\":\"");
		hak_text_add(t, site->function);
		hak_text_add(t, "\"");
		add_member(t, "source_line", site->line, ",");
		add_member(t, "at", c.at, ",");
		add_member(t, "n_rmw", c.n_rmw, ",");
		add_member(t, "n_lines", c.n_lines, ",");
		add_member(t, "n_moved", c.n_moved, ",");
		add_member(t, "n_under", c.n_under, ",");
		add_member(t, "n_other", c.n_other, ",");
		add_member(t, "n_locks", c.n_locks, ",");
		add_member(t, "n_contended", c.n_contended, ",");
		add_member(t, "n_inside", c.n_inside, ",");
		add_member(t, "n_held", c.n_held, ",");
		add_member(t, "held", c.held, ",");
		hak_text_add(t, "}");
		is_first = false;
	}
	hak_text_add(t, "]");
}
#else
static void write_sites(struct hak_text *t)
{
	(void)t;
}
#endif

/* No record holds control characters: hak_origin_get() sees to it, and so does hakmem-stat. */
static void add_json_string(struct hak_text *t, const char *s)
{
	hak_text_add(t, "\"");
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			hak_text_add(t, "\\");
		hak_text_add_bytes(t, s, 1);
	}
	hak_text_add(t, "\"");
}

static void print_json(struct hak_text *t, const struct hak_record *r)
{
	bool is_first = true;

	hak_text_add(t, "{\"version\":");
	add_json_string(t, r->version);
	add_member(t, "schema", HAK_RECORD_SCHEMA, ",");
	hak_text_add(t, ",\"program\":");
	add_json_string(t, r->program);
	add_member(t, "pid", r->pid, ",");
	hak_text_add(t, ",\"time\":\"");
	hak_record_print_time(t, r->time, 'T');
	hak_text_add(t, "Z\",\"resident_ratio\":");
	add_ratio(t, r->stats.resident, r->stats.allocated);
	for (const struct hak_figure *f = hak_figures; f < hak_figures + HAK_N_FIGURES; f++)
		add_member(t, f->name, hak_figure_value(&r->stats, f), ",");
	write_sites(t);
	hak_text_add(t, ",\"classes\":[");
	for (const struct hakmem_class_stats *class = r->class; class < r->class + r->n_classes; class++) {
		if (!hak_class_is_used(class))
			continue;
		add_member(t, "size", class->size, is_first ? "{" : ",{");
		add_member(t, "n_live", class->n_live, ",");
		add_member(t, "n_cached", class->n_cached, ",");
		add_member(t, "n_in_flight", class->n_in_flight, ",");
		add_member(t, "n_free", class->n_free, ",");
		add_member(t, "n_slabs", class->n_slabs, ",");
		add_member(t, "pinned", class->pinned, ",");
		hak_text_add(t, "}");
		is_first = false;
	}
	hak_text_add(t, "]}\n");
}

static void add_attribute(struct hak_text *t, const char *name, uint64_t value)
{
	hak_text_add(t, " ");
	hak_text_add(t, name);
	hak_text_add(t, "=\"");
	hak_text_add_number(t, value);
	hak_text_add(t, "\"");
}

static void add_xml_string(struct hak_text *t, const char *name, const char *s)
{
	hak_text_add(t, " ");
	hak_text_add(t, name);
	hak_text_add(t, "=\"");
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '&' || *s == '<')
			hak_text_add(t, *s == '"' ? "&quot;" : *s == '&' ? "&amp;" : "&lt;");
		else
			hak_text_add_bytes(t, s, 1);
	}
	hak_text_add(t, "\"");
}

static void add_total(struct hak_text *t, const char *type, uint64_t count, uint64_t size)
{
	hak_text_add(t, "<total");
	add_xml_string(t, "type", type);
	add_attribute(t, "count", count);
	add_attribute(t, "size", size);
	hak_text_add(t, "/>\n");
}

static void add_glibc_size(struct hak_text *t, const char *element, const char *type, uint64_t size)
{
	hak_text_add(t, "<");
	hak_text_add(t, element);
	add_xml_string(t, "type", type);
	add_attribute(t, "size", size);
	hak_text_add(t, "/>\n");
}

/* The elements of glibc's malloc_info(): blocks that are free, by size, in caches and in slabs; then what the system has
 * given, in all. */
static void print_glibc_totals(struct hak_text *t, const struct hak_record *r)
{
	uint64_t n_cached = 0, n_free = 0, n_free_bytes = 0;

	for (const struct hakmem_class_stats *class = r->class; class < r->class + r->n_classes; class++) {
		n_cached += class->n_cached;
		n_free += class->n_free + class->n_in_flight;
		n_free_bytes += (class->n_free + class->n_in_flight) * class->size;
	}
	add_total(t, "fast", n_cached, r->stats.cached);
	add_total(t, "rest", n_free, n_free_bytes);
}

static void print_glibc_system(struct hak_text *t, const struct hakmem_stats *s, uint64_t kept_apart)
{
	add_glibc_size(t, "system", "current", s->held - (kept_apart < s->held ? kept_apart : s->held));
	add_glibc_size(t, "system", "max", s->peak_held);
	add_glibc_size(t, "aspace", "total", s->mapped);
	add_glibc_size(t, "aspace", "mprotect", s->mapped);
}

static void print_glibc_heap(struct hak_text *t, const struct hak_record *r)
{
	uint64_t from = 1;

	hak_text_add(t, "<heap nr=\"0\">\n<sizes>\n");
	for (const struct hakmem_class_stats *class = r->class; class < r->class + r->n_classes; class++) {
		uint64_t n = class->n_free + class->n_in_flight + class->n_cached;

		if (n > 0) {
			hak_text_add(t, "<size");
			add_attribute(t, "from", from);
			add_attribute(t, "to", class->size);
			add_attribute(t, "total", n * class->size);
			add_attribute(t, "count", n);
			hak_text_add(t, "/>\n");
		}
		from = class->size + 1;
	}
	hak_text_add(t, "</sizes>\n");
	print_glibc_totals(t, r);
	print_glibc_system(t, &r->stats, r->stats.large);
	hak_text_add(t, "</heap>\n");
	print_glibc_totals(t, r);
	add_total(t, "mmap", r->stats.n_large, r->stats.large);
	print_glibc_system(t, &r->stats, 0);
}

static void print_xml(struct hak_text *t, const struct hak_record *r)
{
	hak_text_add(t, "<malloc version=\"hakmem-");
	hak_text_add(t, r->version);
	hak_text_add(t, "\"");
	add_attribute(t, "schema", HAK_RECORD_SCHEMA);
	add_xml_string(t, "program", r->program);
	add_attribute(t, "pid", r->pid);
	hak_text_add(t, " time=\"");
	hak_record_print_time(t, r->time, 'T');
	hak_text_add(t, "Z\">\n");
	print_glibc_heap(t, r);
	hak_text_add(t, "<classes>\n");
	for (const struct hakmem_class_stats *class = r->class; class < r->class + r->n_classes; class++) {
		if (!hak_class_is_used(class))
			continue;
		hak_text_add(t, "<class");
		add_attribute(t, "size", class->size);
		add_attribute(t, "live", class->n_live);
		add_attribute(t, "cached", class->n_cached);
		add_attribute(t, "in_flight", class->n_in_flight);
		add_attribute(t, "free", class->n_free);
		add_attribute(t, "slabs", class->n_slabs);
		add_attribute(t, "pinned", class->pinned);
		hak_text_add(t, "/>\n");
	}
	hak_text_add(t, "</classes>\n");
	for (const struct hak_figure *f = hak_figures; f < hak_figures + HAK_N_FIGURES; f++) {
		hak_text_add(t, "<figure");
		add_xml_string(t, "name", f->name);
		add_attribute(t, "value", hak_figure_value(&r->stats, f));
		hak_text_add(t, "/>\n");
	}
	hak_text_add(t, "</malloc>\n");
}

void hak_record_print(struct hak_text *t, const struct hak_record *record, enum hakmem_format format)
{
	if (format == HAKMEM_JSON)
		print_json(t, record);
	else if (format == HAKMEM_XML)
		print_xml(t, record);
	else if (format == HAKMEM_TEXT)
		print_text(t, record);
	else
		hak_record_print_metrics(t, record, 1, format);
}
