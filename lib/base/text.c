/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "base/atomic.h"
#include "base/call.h"

/* May write() be called? Not if it could block. A pipe that nobody reads gets a moment, once; one without a reader gets
 * none. */
static bool is_ready(int fd)
{
	static uint32_t is_stuck; /* any */
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	long moment[2] = { 0, hak_load_relaxed(&is_stuck) ? 0 : 100000000 }; /* 100 ms; the kernel counts it down */
	long n;

	do
		n = hak_call(SYS_ppoll, &p, 1, moment, NULL, 8);
	while (n == -EINTR);
	hak_store_relaxed(&is_stuck, n == 0);
	return n != 0 && !(n > 0 && (p.revents & (POLLERR | POLLNVAL)));
}

/* A SIGPIPE from this write must not be delivered, and one that was pending before must not get lost. */
static long write_quietly(int fd, const char *bytes, size_t n)
{
	unsigned long set[16 / sizeof(long)] = { 1UL << (SIGPIPE - 1) }, before[16 / sizeof(long)] = { 0 };
	unsigned long pending[16 / sizeof(long)] = { 0 };
	long no_time[4] = { 0 }, done;

	if (!is_ready(fd))
		return -EPIPE;
	hak_call(SYS_rt_sigprocmask, SIG_BLOCK, set, before, 8);
	if ((before[0] & set[0]) != 0) /* otherwise none can be pending */
		hak_call(SYS_rt_sigpending, pending, 8);
	done = hak_call(SYS_write, fd, bytes, n);
	if (done == -EPIPE && (pending[0] & set[0]) == 0)
		hak_call(SYS_rt_sigtimedwait, set, NULL, no_time, 8);
	hak_call(SYS_rt_sigprocmask, SIG_SETMASK, before, NULL, 8);
	return done;
}

static void write_out(struct hak_text *t)
{
	size_t done = 0;

	if (t->sink != NULL)
		t->sink(t->data, t->length, t->to);
	while (t->fd >= 0 && done < t->length) {
		long n = t->is_line ? write_quietly(t->fd, t->data, t->length) :
			hak_call(SYS_write, t->fd, t->data + done, t->length - done);

		if (n > 0) {
			done += t->is_line ? t->length : (size_t)n;
		} else if (n != -EINTR) {
			if (t->error == 0)
				t->error = n == 0 ? EIO : (int)-n;
			break;
		}
	}
	t->length = 0;
}

void hak_text_open(struct hak_text *t, int fd)
{
	t->fd = fd;
	t->is_line = false;
	t->sink = NULL;
	t->error = 0;
	t->length = 0;
}

void hak_text_open_line(struct hak_text *t)
{
	hak_text_open(t, 2);
	t->is_line = true;
}

void hak_text_open_sink(struct hak_text *t, void (*sink)(const char *bytes, size_t n, void *to), void *to)
{
	hak_text_open(t, -1);
	t->sink = sink;
	t->to = to;
}

void hak_text_add_bytes(struct hak_text *t, const char *bytes, size_t n)
{
	while (n > 0) {
		size_t room = HAK_TEXT_SIZE - t->length;
		size_t k = n < room ? n : room;

		memmove(t->data + t->length, bytes, k);
		t->length += k;
		bytes += k;
		n -= k;
		if (n > 0) {
			if (t->is_line)
				t->data[HAK_TEXT_SIZE - 1] = '\n';
			if (t->is_line || (t->fd < 0 && t->sink == NULL))
				return;
			write_out(t);
		}
	}
}

void hak_text_add(struct hak_text *t, const char *string)
{
	size_t n = 0;

	while (string[n] != '\0')
		n++;
	hak_text_add_bytes(t, string, n);
}

void hak_text_add_column(struct hak_text *t, uint64_t n, unsigned width)
{
	char digits[24];
	size_t at = sizeof digits;

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n != 0);
	for (size_t k = sizeof digits - at; k < width; k++)
		hak_text_add_bytes(t, " ", 1);
	hak_text_add_bytes(t, digits + at, sizeof digits - at);
}

void hak_text_add_number(struct hak_text *t, uint64_t n)
{
	hak_text_add_column(t, n, 0);
}

void hak_text_add_signed(struct hak_text *t, int64_t n)
{
	if (n < 0)
		hak_text_add_bytes(t, "-", 1);
	hak_text_add_number(t, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void hak_text_add_hex(struct hak_text *t, uint64_t n)
{
	char digits[16];
	size_t at = sizeof digits;

	do {
		digits[--at] = "0123456789abcdef"[n & 15];
		n >>= 4;
	} while (n != 0);
	hak_text_add_bytes(t, "0x", 2);
	hak_text_add_bytes(t, digits + at, sizeof digits - at);
}

int hak_text_close(struct hak_text *t)
{
	int saved = errno; /* a sink may be anything */

	write_out(t);
	errno = saved;
	return t->error;
}
