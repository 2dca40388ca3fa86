/* SPDX-License-Identifier: MIT */
/* Owns: records as metrics: OpenMetrics, and the older text format of Prometheus, in which a counter's _total is part of its
 *       name. */
#include "watch/record.h"

enum type { GAUGE, COUNTER };

/* One metric's name, and what is said of it. */
struct metric {
	char name[48];
	enum type type;
	bool is_bytes;
};

static void add_part(struct metric *m, const char *part)
{
	size_t n = 0;

	while (m->name[n] != '\0')
		n++;
	while (*part != '\0' && n < sizeof m->name - 1)
		m->name[n++] = *part++;
	m->name[n] = '\0';
}

/* n_refills: hakmem_refills, a counter. */
static struct metric metric_of(const struct hak_figure *f)
{
	bool is_counter = f->kind == HAK_FIGURE_BYTES_SO_FAR || f->kind == HAK_FIGURE_COUNT_SO_FAR;
	struct metric m = { "", is_counter ? COUNTER : GAUGE, f->kind == HAK_FIGURE_BYTES || f->kind == HAK_FIGURE_BYTES_SO_FAR };

	add_part(&m, "hakmem_");
	add_part(&m, f->name[0] == 'n' && f->name[1] == '_' ? f->name + 2 : f->name);
	if (m.is_bytes)
		add_part(&m, "_bytes");
	else if (!is_counter && f->name[0] == 'n' && f->offset == offsetof(struct hakmem_stats, n_large))
		add_part(&m, "_blocks"); /* else it would look like the bytes' own name */
	return m;
}

static void add_heading(struct hak_text *t, const struct metric *m, const char *meaning, enum hakmem_format format)
{
	const char *total = m->type == COUNTER && format == HAKMEM_PROMETHEUS ? "_total" : "";

	hak_text_add(t, "# HELP ");
	hak_text_add(t, m->name);
	hak_text_add(t, total);
	hak_text_add(t, " ");
	hak_text_add(t, meaning);
	hak_text_add(t, ".\n# TYPE ");
	hak_text_add(t, m->name);
	hak_text_add(t, total);
	hak_text_add(t, m->type == COUNTER ? " counter\n" : " gauge\n");
	if (m->is_bytes && format == HAKMEM_OPENMETRICS) {
		hak_text_add(t, "# UNIT ");
		hak_text_add(t, m->name);
		hak_text_add(t, " bytes\n");
	}
}

/* The name, and the labels that all samples have; the caller goes on. */
static void add_sample(struct hak_text *t, const struct metric *m, const struct hak_record *r)
{
	hak_text_add(t, m->name);
	hak_text_add(t, m->type == COUNTER ? "_total{pid=\"" : "{pid=\"");
	hak_text_add_number(t, r->pid);
	hak_text_add(t, "\",program=\"");
	for (const char *c = r->program; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			hak_text_add(t, "\\");
		hak_text_add_bytes(t, c, 1);
	}
	hak_text_add(t, "\"");
}

static void add_value(struct hak_text *t, uint64_t value)
{
	hak_text_add(t, "} ");
	hak_text_add_number(t, value);
	hak_text_add(t, "\n");
}

static void print_figure(struct hak_text *t, const struct hak_figure *f, const struct hak_record *records, size_t n,
	enum hakmem_format format)
{
	struct metric m = metric_of(f);

	add_heading(t, &m, f->meaning, format);
	for (size_t i = 0; i < n; i++) {
		add_sample(t, &m, &records[i]);
		add_value(t, hak_figure_value(&records[i].stats, f));
	}
}

static void add_class_sample(struct hak_text *t, const struct metric *m, const struct hak_record *r,
	const struct hakmem_class_stats *class)
{
	add_sample(t, m, r);
	hak_text_add(t, ",size=\"");
	hak_text_add_number(t, class->size);
	hak_text_add(t, "\"");
}

static void print_class(struct hak_text *t, const struct metric *m, const struct hak_record *r,
	const struct hakmem_class_stats *class)
{
	static const char states[][10] = { "live", "cached", "in_flight", "free" };
	const uint64_t values[] = { class->n_live, class->n_cached, class->n_in_flight, class->n_free };

	for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
		add_class_sample(t, m, r, class);
		hak_text_add(t, ",state=\"");
		hak_text_add(t, states[i]);
		hak_text_add(t, "\"");
		add_value(t, values[i]);
	}
}

static void print_pinned(struct hak_text *t, const struct hak_record *records, size_t n, enum hakmem_format format)
{
	static const struct metric m = { "hakmem_class_pinned_bytes", GAUGE, true };

	add_heading(t, &m, "In free blocks of a size class on pages that hold a live one", format);
	for (size_t i = 0; i < n; i++) {
		for (const struct hakmem_class_stats *c = records[i].class; c < records[i].class + records[i].n_classes; c++) {
			if (!hak_class_is_used(c))
				continue;
			add_class_sample(t, &m, &records[i], c);
			add_value(t, c->pinned);
		}
	}
}

static void print_classes(struct hak_text *t, const struct hak_record *records, size_t n, enum hakmem_format format)
{
	static const struct metric m = { "hakmem_class_blocks", GAUGE, false };

	add_heading(t, &m, "Blocks of a size class, by what they are", format);
	for (size_t i = 0; i < n; i++)
		for (const struct hakmem_class_stats *c = records[i].class; c < records[i].class + records[i].n_classes; c++)
			if (hak_class_is_used(c))
				print_class(t, &m, &records[i], c);
}

static void print_origins(struct hak_text *t, const struct hak_record *records, size_t n, enum hakmem_format format)
{
	static const struct metric info = { "hakmem_build_info", GAUGE, false };
	static const struct metric when = { "hakmem_read_time_seconds", GAUGE, false };

	add_heading(t, &info, "The library in the process; always 1", format);
	for (size_t i = 0; i < n; i++) {
		add_sample(t, &info, &records[i]);
		hak_text_add(t, ",version=\"");
		hak_text_add(t, records[i].version);
		hak_text_add(t, "\",schema=\"");
		hak_text_add_number(t, HAK_RECORD_SCHEMA);
		hak_text_add(t, "\"");
		add_value(t, 1);
	}
	add_heading(t, &when, "When the figures were read, since 1970", format);
	for (size_t i = 0; i < n; i++) {
		uint64_t ms = records[i].time % 1000;

		add_sample(t, &when, &records[i]);
		hak_text_add(t, "} ");
		hak_text_add_number(t, records[i].time / 1000);
		hak_text_add(t, ms < 10 ? ".00" : ms < 100 ? ".0" : ".");
		hak_text_add_number(t, ms);
		hak_text_add(t, "\n");
	}
}

void hak_record_print_metrics(struct hak_text *t, const struct hak_record *records, size_t n, enum hakmem_format format)
{
	print_origins(t, records, n, format);
	for (size_t i = 0; i < HAK_N_FIGURES; i++)
		print_figure(t, &hak_figures[i], records, n, format);
	print_classes(t, records, n, format);
	print_pinned(t, records, n, format);
	if (format == HAKMEM_OPENMETRICS)
		hak_text_add(t, "# EOF\n");
}
