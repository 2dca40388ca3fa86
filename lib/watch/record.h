/* SPDX-License-Identifier: MIT */
/*
 * Owns: a record: the figures of one process at one time, and the forms in which it is written.
 * Threads: a record belongs to one thread. Locks: none. Of itself it asks nobody: hakmem-stat writes those of other
 *          processes so.
 * A name always means the same, in every form; what is added gets a new name. HAK_RECORD_SCHEMA changes if that was not
 * possible.
 */
#ifndef HAK_WATCH_RECORD_H
#define HAK_WATCH_RECORD_H

#include "base/text.h"
#include "conf/limits.h"
#include "hakmem.h"

#define HAK_RECORD_SCHEMA 1

struct hak_record {
	char program[HAK_PROGRAM_SIZE]; /* its file's name, cut if necessary */
	char version[HAK_VERSION_SIZE]; /* of the library in it */
	uint64_t pid;
	uint64_t time;                  /* ms since 1970, UTC */
	uint64_t n_classes;
	struct hakmem_stats stats;
	struct hakmem_class_stats class[HAK_N_CLASSES];
};

enum hak_figure_kind {
	HAK_FIGURE_BYTES,
	HAK_FIGURE_COUNT,
	HAK_FIGURE_BYTES_SO_FAR, /* only ever grows */
	HAK_FIGURE_COUNT_SO_FAR
};

/* A member of struct hakmem_stats. */
struct hak_figure {
	char name[16];
	uint16_t offset;
	uint8_t kind;      /* enum hak_figure_kind */
	char meaning[61];
};

#define HAK_N_FIGURES (sizeof(struct hakmem_stats) / sizeof(uint64_t))

extern const struct hak_figure hak_figures[HAK_N_FIGURES];

HAK_INLINE uint64_t hak_figure_value(const struct hakmem_stats *stats, const struct hak_figure *f)
{
	return *(const uint64_t *)(const void *)((const char *)stats + f->offset);
}

HAK_INLINE bool hak_class_is_used(const struct hakmem_class_stats *class)
{
	return class->n_slabs > 0 || class->n_live > 0;
}

/* Appends one record. */
void hak_record_print(struct hak_text *t, const struct hak_record *record, enum hakmem_format format) HAK_COLD;

/* Appends n of them as metrics, HAKMEM_OPENMETRICS or HAKMEM_PROMETHEUS: there the values of one name stand together. */
void hak_record_print_metrics(struct hak_text *t, const struct hak_record *records, size_t n, enum hakmem_format format)
	HAK_COLD;

/* "2026-01-31 12:59:59.999" with that sign between date and time. */
void hak_record_print_time(struct hak_text *t, uint64_t ms, char between);

/* 1536: "1.5 KiB"; right-aligned in width. */
void hak_record_print_size(struct hak_text *t, uint64_t n_bytes, unsigned width);

#endif
