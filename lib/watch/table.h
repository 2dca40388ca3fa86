/* SPDX-License-Identifier: MIT */
/*
 * Owns: hash tables that grow in place: entries and buckets are in memory of fixed size, used from its start.
 * Threads: one at a time; whoever uses a table has a lock for it. Locks: none.
 */
#ifndef HAK_WATCH_TABLE_H
#define HAK_WATCH_TABLE_H

#include "base/attr.h"

#define HAK_TABLE_UNIT sizeof(uint64_t) /* entries are referred to by their offset in these; 0: none */

/* Each entry starts with this. */
struct hak_entry {
	uint32_t next; /* in its bucket's chain */
	uint32_t hash;
};

/* Linear hashing: it grows by one bucket at a time, into which another one is split. */
struct hak_table {
	char *base;         /* const: of its entries */
	uint32_t most;      /* const: units there are for entries, ... */
	uint32_t used;      /* ... and how many are in use */
	uint32_t *bucket;   /* const */
	uint32_t n_most;    /* const: the most buckets there can be, ... */
	uint32_t n_buckets; /* ... and how many are in use, at least 1 */
	uint32_t mask;      /* 2^k - 1 >= n_buckets - 1 */
	uint32_t n_entries;
};

/* Makes an empty table with size bytes for entries and n_most buckets, in memory from *at on, which need not be zero. Sets *at
 * to what follows. */
void hak_table_make(struct hak_table *t, char **at, size_t size, size_t n_most);

/* Bytes that are in use. */
size_t hak_table_bytes(const struct hak_table *t);

/* Forgets all buckets, and leaves the entries as they are. */
void hak_table_empty(struct hak_table *t);

/* Adds an entry, whose hash is set; removes one. */
void hak_table_put(struct hak_table *t, struct hak_entry *e);
void hak_table_take(struct hak_table *t, struct hak_entry *e);

/* Room for a new entry of size bytes, or NULL. The caller fills it in, then raises used. */
void *hak_table_room(const struct hak_table *t, size_t size);

HAK_INLINE void *hak_table_at(const struct hak_table *t, uint32_t at)
{
	return t->base + (size_t)at * HAK_TABLE_UNIT;
}

HAK_INLINE uint32_t hak_table_place(const struct hak_table *t, const void *entry)
{
	return (uint32_t)((size_t)((const char *)entry - t->base) / HAK_TABLE_UNIT);
}

/* The start of the chain that has the entries with this hash. */
HAK_INLINE uint32_t *hak_table_bucket(const struct hak_table *t, uint32_t hash)
{
	uint32_t b = hash & t->mask;

	return &t->bucket[b < t->n_buckets ? b : b & t->mask >> 1];
}

#endif
