/* SPDX-License-Identifier: MIT */
/* Owns: writing the statistics of watch/stats.h, in three formats. */
#include <stddef.h>

#include "base/site.h"
#include "conf/options.h"
#include "os/clock.h"
#include "watch/stats.h"

struct figure {
	char name[16];
	uint16_t offset; /* in struct hakmem_stats */
};

#define FIGURE(name) { #name, offsetof(struct hakmem_stats, name) }

static const struct figure figures[] = {
	FIGURE(allocated), FIGURE(cached), FIGURE(in_flight), FIGURE(slab_free), FIGURE(active), FIGURE(dirty),
	FIGURE(clean), FIGURE(mapped), FIGURE(metadata), FIGURE(large), FIGURE(n_large), FIGURE(n_threads),
	FIGURE(n_heaps), FIGURE(n_adopted), FIGURE(n_refills), FIGURE(n_flushes), FIGURE(n_remote),
	FIGURE(n_map_calls), FIGURE(n_purge_calls), FIGURE(purged), FIGURE(n_errors), FIGURE(holes),
	FIGURE(lazy), FIGURE(resident), FIGURE(n_mappings),
	FIGURE(held), FIGURE(limit_soft), FIGURE(limit_hard), FIGURE(limit_from), FIGURE(n_refused), FIGURE(n_pressed),
	FIGURE(n_samples), FIGURE(n_lost),
};

#define N_FIGURES (sizeof figures / sizeof figures[0])

_Static_assert(N_FIGURES * sizeof(uint64_t) == sizeof(struct hakmem_stats), "every figure is written");

static uint64_t value_of(const struct hakmem_stats *stats, size_t i)
{
	return *(const uint64_t *)((const char *)stats + figures[i].offset);
}

static size_t length_of(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

static bool is_used(const struct hakmem_class_stats *class)
{
	return class->n_slabs > 0 || class->n_live > 0;
}

static void write_text(struct hak_text *t, const struct hakmem_stats *stats)
{
	struct hakmem_class_stats classes[HAK_N_CLASSES];
	unsigned n_classes = hak_stats_get_classes(classes);

	hak_text_add(t, "hakmem " HAKMEM_VERSION " statistics (bytes; n_...: counts)\n");
	for (size_t i = 0; i < N_FIGURES; i++) {
		hak_text_add(t, "  ");
		hak_text_add(t, figures[i].name);
		hak_text_add_column(t, value_of(stats, i), (unsigned)(32 - length_of(figures[i].name)));
		hak_text_add(t, "\n");
	}
	hak_text_add(t, "   class      live    cached  in flight      free     slabs\n");
	for (const struct hakmem_class_stats *class = classes; class < classes + n_classes; class++) {
		if (!is_used(class))
			continue;
		hak_text_add_column(t, class->size, 8);
		hak_text_add_column(t, class->n_live, 10);
		hak_text_add_column(t, class->n_cached, 10);
		hak_text_add_column(t, class->n_in_flight, 11);
		hak_text_add_column(t, class->n_free, 10);
		hak_text_add_column(t, class->n_slabs, 10);
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
		hak_text_add(t, is_first ? "\n{\"file\":\"" : ",\n{\"file\":\"");
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

static void write_json(struct hak_text *t, const struct hakmem_stats *stats)
{
	struct hakmem_class_stats classes[HAK_N_CLASSES];
	unsigned n_classes = hak_stats_get_classes(classes);
	bool is_first = true;

	hak_text_add(t, "{\"version\":\"" HAKMEM_VERSION "\"");
	for (size_t i = 0; i < N_FIGURES; i++)
		add_member(t, figures[i].name, value_of(stats, i), ",");
	write_sites(t);
	hak_text_add(t, ",\"classes\":[");
	for (const struct hakmem_class_stats *class = classes; class < classes + n_classes; class++) {
		if (!is_used(class))
			continue;
		add_member(t, "size", class->size, is_first ? "{" : ",{");
		add_member(t, "n_live", class->n_live, ",");
		add_member(t, "n_cached", class->n_cached, ",");
		add_member(t, "n_in_flight", class->n_in_flight, ",");
		add_member(t, "n_free", class->n_free, ",");
		add_member(t, "n_slabs", class->n_slabs, ",");
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

static void write_xml(struct hak_text *t, const struct hakmem_stats *stats)
{
	struct hakmem_class_stats classes[HAK_N_CLASSES];
	unsigned n_classes = hak_stats_get_classes(classes);

	hak_text_add(t, "<malloc version=\"hakmem-" HAKMEM_VERSION "\">\n<sizes>\n");
	for (const struct hakmem_class_stats *class = classes; class < classes + n_classes; class++) {
		if (!is_used(class))
			continue;
		hak_text_add(t, "<size");
		add_attribute(t, "size", class->size);
		add_attribute(t, "live", class->n_live);
		add_attribute(t, "cached", class->n_cached);
		add_attribute(t, "in_flight", class->n_in_flight);
		add_attribute(t, "free", class->n_free);
		add_attribute(t, "slabs", class->n_slabs);
		hak_text_add(t, "/>\n");
	}
	hak_text_add(t, "</sizes>\n");
	for (size_t i = 0; i < N_FIGURES; i++) {
		hak_text_add(t, "<total type=\"");
		hak_text_add(t, figures[i].name);
		hak_text_add(t, "\"");
		add_attribute(t, "value", value_of(stats, i));
		hak_text_add(t, "/>\n");
	}
	hak_text_add(t, "</malloc>\n");
}

int hak_stats_write(struct hak_text *t, enum hakmem_format format)
{
	struct hakmem_stats stats;

	hak_stats_get(&stats);
	if (format == HAKMEM_JSON)
		write_json(t, &stats);
	else if (format == HAKMEM_XML)
		write_xml(t, &stats);
	else
		write_text(t, &stats);
	return hak_text_close(t);
}
