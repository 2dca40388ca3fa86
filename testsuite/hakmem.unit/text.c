/* SPDX-License-Identifier: MIT */
/* Text without stdio reads as stdio's, arrives whole, and a failed write is told without touching errno. */
#include "check.h"
#include "base/text.h"

#include <inttypes.h>

static char got[1 << 16];
static size_t n_got;

static void sink(const char *bytes, size_t n, void *to)
{
	CHECK(to == got && n_got + n <= sizeof got);
	memcpy(got + n_got, bytes, n);
	n_got += n;
}

static void check_numbers(void)
{
	static const uint64_t numbers[] = { 0, 1, 9, 10, 4294967295u, 4294967296u, UINT64_MAX, INT64_MAX };
	struct hak_text t;
	char wanted[200];

	for (size_t i = 0; i < N_OF(numbers); i++) {
		uint64_t n = numbers[i];

		hak_text_open(&t, -1);
		hak_text_add_number(&t, n);
		hak_text_add(&t, " ");
		hak_text_add_signed(&t, (int64_t)n);
		hak_text_add(&t, " ");
		hak_text_add_hex(&t, n);
		hak_text_add_column(&t, n, 25);
		hak_text_add_column(&t, n, 1);
		snprintf(wanted, sizeof wanted, "%" PRIu64 " %" PRId64 " %#" PRIx64 "%25" PRIu64 "%" PRIu64,
			 n, (int64_t)n, n, n, n);
		if (n == 0) /* printf leaves 0x out */
			snprintf(wanted, sizeof wanted, "0 0 0x0%25d0", 0);
		CHECK(t.length == strlen(wanted) && memcmp(t.data, wanted, t.length) == 0, "%.*s, not %s",
		      (int)t.length, t.data, wanted);
	}
}

int main(void)
{
	static char long_text[3 * HAK_TEXT_SIZE + 2];
	struct hak_text t;
	int ends[2];

	check_numbers();

	/* Kept text: what does not fit is dropped, what fits stays. */
	memset(long_text, 'x', sizeof long_text - 1);
	hak_text_open(&t, -1);
	hak_text_add(&t, long_text);
	hak_text_add(&t, "y");
	CHECK(t.length == HAK_TEXT_SIZE && t.data[HAK_TEXT_SIZE - 1] == 'x');

	/* A sink gets all of it, in order. */
	hak_text_open_sink(&t, sink, got);
	for (unsigned i = 0; i < 1000; i++) {
		hak_text_add_number(&t, i);
		hak_text_add_bytes(&t, ",", 1);
	}
	CHECK(hak_text_close(&t) == 0);
	for (unsigned i = 0, at = 0; i < 1000; i++) {
		char wanted[8];

		snprintf(wanted, sizeof wanted, "%u,", i);
		CHECK(memcmp(got + at, wanted, strlen(wanted)) == 0);
		at += (unsigned)strlen(wanted);
		CHECK(at <= n_got && (i < 999 || at == n_got));
	}

	/* A file, too. */
	CHECK(pipe(ends) == 0);
	hak_text_open(&t, ends[1]);
	hak_text_add(&t, long_text);
	CHECK(hak_text_close(&t) == 0);
	close(ends[1]);
	n_got = 0;
	for (ssize_t n; (n = read(ends[0], got + n_got, sizeof got - n_got)) > 0;)
		n_got += (size_t)n;
	CHECK(n_got == sizeof long_text - 1 && memcmp(got, long_text, n_got) == 0);

	/* A closed one. */
	close(ends[0]);
	hak_text_open(&t, ends[0]);
	hak_text_add(&t, long_text);
	errno_set(12345);
	CHECK(hak_text_close(&t) == EBADF && errno_get() == 12345);
	return 0;
}
