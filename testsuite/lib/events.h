/* SPDX-License-Identifier: MIT */
/* What the tests of the event rings share: the events as they are written, taken apart. Include it behind check.h; nothing here
 * allocates. */
#ifndef EVENTS_H
#define EVENTS_H

#include <hakmem.h>
#include <sys/mman.h>

struct event {
	uint64_t when; /* ns */
	unsigned long thread;
	char what[16];
	unsigned long size, n, address; /* class or size; slots, blocks, kind or limit; 0: there is none */
};

enum { EVENTS_SIZE = 64 << 20 };

/* What was written to fd, from its start, in a mapping. */
UNUSED static char *events_text_of(int fd)
{
	char *text = mmap(NULL, EVENTS_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t n = 0;
	ssize_t k;

	CHECK(text != MAP_FAILED && lseek(fd, 0, SEEK_SET) == 0);
	while ((k = read(fd, text + n, EVENTS_SIZE - 1 - n)) > 0)
		n += (size_t)k;
	close(fd);
	return text;
}

UNUSED static char *events_text(void)
{
	int fd = (int)syscall(SYS_memfd_create, "events", 0);

	CHECK(fd >= 0 && hakmem_ring_write(fd) == 0);
	return events_text_of(fd);
}

UNUSED static void events_free_text(char *text)
{
	munmap(text, EVENTS_SIZE);
}

static unsigned long events_number(const char **at, int base)
{
	char *end;
	unsigned long n = strtoul(*at, &end, base);

	CHECK(end > *at, "no number: %.80s", *at);
	*at = end;
	return n;
}

static void events_word(const char **at, char *to, size_t size)
{
	size_t n = strcspn(*at, " .\n");

	CHECK(n > 0 && n < size, "no word: %.80s", *at);
	memcpy(to, *at, n);
	to[n] = '\0';
	*at += n;
}

/* The event on the line at *at, which must be one, whole; behind it the next line. 0: there is none. */
UNUSED static int events_next(const char **at, struct event *e)
{
	const char *c = *at;
	char word[16];

	if (*c == '\0')
		return 0;
	memset(e, 0, sizeof(*e));
	e->when = events_number(&c, 10) * 1000000000;
	CHECK(*c == '.' && strspn(c + 1, "0123456789") == 9, "no time: %.80s", c);
	c++;
	e->when += events_number(&c, 10);
	CHECK(*c++ == ' ');
	events_word(&c, word, sizeof(word));
	CHECK(!strcmp(word, "thread"), "%s", word);
	e->thread = events_number(&c, 10);
	CHECK(*c++ == ' ');
	events_word(&c, e->what, sizeof(e->what));
	while (*c == ' ') {
		c++;
		events_word(&c, word, sizeof(word));
		if (!strcmp(word, "address"))
			e->address = events_number(&c, 16);
		else if (!strcmp(word, "class") || !strcmp(word, "size") || !strcmp(word, "held"))
			e->size = events_number(&c, 10);
		else if (!strcmp(word, "slots") || !strcmp(word, "blocks") || !strcmp(word, "kind") || !strcmp(word, "hard"))
			e->n = events_number(&c, 10);
		else
			CHECK(0, "unknown: %s", word);
	}
	CHECK(*c == '\n', "not the end: %.80s", c);
	*at = c + 1;
	return 1;
}

/* Whether the text has such an event of this thread. */
UNUSED static int events_has(const char *text, const char *what, unsigned long size, const void *address)
{
	struct event e;

	while (events_next(&text, &e))
		if (!strcmp(e.what, what) && (size == 0 || e.size == size) && e.address == (uintptr_t)address &&
			e.thread == (unsigned long)syscall(SYS_gettid))
			return 1;
	return 0;
}

#endif
