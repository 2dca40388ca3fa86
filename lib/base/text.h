/* SPDX-License-Identifier: MIT */
/*
 * Owns: text built and written without malloc, stdio or locale.
 * Threads: a struct hak_text belongs to one thread.
 * Locks: none.
 */
#ifndef HAK_BASE_TEXT_H
#define HAK_BASE_TEXT_H

#include "base/attr.h"

#define HAK_TEXT_SIZE 512 /* bytes collected before a write(2) */

struct hak_text {
	int fd;          /* const: where to; -1: keep the text, drop what does not fit */
	bool is_line;    /* const: one record: what does not fit is dropped */
	void (*sink)(const char *bytes, size_t n, void *to); /* const: instead of fd, if not NULL */
	void *to;        /* const: for sink */
	int error;       /* own: errno of the first failed write, or 0 */
	size_t length;   /* own: bytes in data */
	char data[HAK_TEXT_SIZE];
};

/* Bytes of a string. Callable before libc's strlen() is bound. */
HAK_INLINE size_t hak_text_measure(const char *string)
{
	size_t n = 0;

	while (string[n] != '\0')
		n++;
	return n;
}

HAK_INLINE bool hak_text_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

void hak_text_open(struct hak_text *t, int fd);

/* One line on stderr, from any context: one write(2), no SIGPIPE, and no more than a moment's wait for a slow reader. */
void hak_text_open_line(struct hak_text *t);
void hak_text_open_sink(struct hak_text *t, void (*sink)(const char *bytes, size_t n, void *to), void *to);
void hak_text_add(struct hak_text *t, const char *string);
void hak_text_add_bytes(struct hak_text *t, const char *bytes, size_t n);
void hak_text_add_number(struct hak_text *t, uint64_t n);
void hak_text_add_signed(struct hak_text *t, int64_t n);
void hak_text_add_hex(struct hak_text *t, uint64_t n); /* with 0x */
void hak_text_add_column(struct hak_text *t, uint64_t n, unsigned width); /* right-aligned */

/* Writes what is left. Returns 0, or the errno of the first write that failed. Keeps errno. */
int hak_text_close(struct hak_text *t);

#endif
