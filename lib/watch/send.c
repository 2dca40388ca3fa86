/* SPDX-License-Identifier: MIT */
/* Owns: the way of a record out of the process. */
#include <errno.h>

#include "base/bits.h"
#include "base/call.h"
#include "os/page.h"
#include "watch/origin.h"
#include "watch/stats.h"

/* What a record is made and written up in: no stack is known to be large enough, and nothing is allocated. */
struct desk {
	struct hak_record record;
	struct hak_text text;
	int fd;
	bool is_locked;
	int error;
	size_t length;
	char bytes[HAK_RECORD_ROOM];
};

#ifdef SYS_fcntl64
#define SYS_FCNTL SYS_fcntl64
#define SET_LOCK 13 /* F_SETLK64 */
#else
#define SYS_FCNTL SYS_fcntl
#define SET_LOCK 6 /* F_SETLK */
#endif

/* The lock of one byte that no program has a reason to lock itself: to give it back then takes nothing from the program.
 * Of all locks only these belong to a process, so that a forked child is kept out, too. */
static long set_lock(int fd, int kind)
{
	struct {
		int16_t kind, whence;
		int64_t start, length;
		int32_t pid;
	} lock = { .kind = (int16_t)kind, .start = INT64_MAX - 1, .length = 1 };

	return hak_call(SYS_FCNTL, fd, SET_LOCK, &lock);
}

static void rest_a_moment(void)
{
	long ms[2] = { 0, 1000000 };

	hak_call(SYS_ppoll, NULL, 0, ms, NULL, 8);
}

/* Only for pipes, and what is like them: in a file a write is in one piece, and locks of files in a network can hang. */
static bool take_turn(int fd)
{
	long n = -EAGAIN;

	if (hak_call(SYS_lseek, fd, 0, 1 /* SEEK_CUR */) != -ESPIPE)
		return false;
	for (unsigned i = 0; i < HAK_RECORD_WAITS; i++) {
		n = set_lock(fd, 1 /* F_WRLCK */);
		if (n != -EAGAIN && n != -EACCES)
			break;
		rest_a_moment();
	}
	return n == 0;
}

/* Into a pipe that does not wait, there may be no room for a moment. */
static void write_out(struct desk *d)
{
	unsigned n_waits = 0;

	for (size_t done = 0; d->error == 0 && done < d->length;) {
		long n = hak_call(SYS_write, d->fd, d->bytes + done, d->length - done);

		if (n > 0)
			done += (size_t)n;
		else if (n == -EAGAIN && done > 0 && n_waits++ < HAK_RECORD_WAITS)
			rest_a_moment();
		else if (n != -EINTR)
			d->error = n == 0 ? EIO : (int)-n;
	}
	d->length = 0;
}

static void collect(const char *bytes, size_t n, void *to)
{
	struct desk *d = to;

	if (n > sizeof d->bytes - d->length) {
		if (!d->is_locked)
			d->is_locked = take_turn(d->fd);
		write_out(d);
	}
	for (size_t i = 0; i < n; i++)
		d->bytes[d->length + i] = bytes[i];
	d->length += n;
}

static size_t desk_size(void)
{
	return hak_round_up(sizeof(struct desk), hak_os_page_size());
}

static struct desk *make_desk(bool of_parent)
{
	struct desk *d = hak_os_map(desk_size(), hak_os_page_size(), "hakmem: record");

	if (d == NULL)
		return NULL;
	hak_origin_get(&d->record, of_parent);
	hak_stats_fill(&d->record);
	return d;
}

int hak_stats_print(struct hak_text *t, enum hakmem_format format)
{
	struct desk *d = make_desk(false);

	if (d == NULL)
		return ENOMEM;
	hak_record_print(t, &d->record, format);
	hak_os_unmap(d, desk_size());
	return hak_text_close(t);
}

int hak_stats_send(int fd, enum hakmem_format format, bool of_parent)
{
	struct desk *d = make_desk(of_parent);
	int error;

	if (d == NULL)
		return ENOMEM;
	d->fd = fd;
	hak_text_open_sink(&d->text, collect, d);
	hak_record_print(&d->text, &d->record, format);
	hak_text_close(&d->text);
	if (!d->is_locked)
		d->is_locked = take_turn(fd);
	write_out(d);
	if (d->is_locked)
		set_lock(fd, 2 /* F_UNLCK */);
	error = d->error;
	hak_os_unmap(d, desk_size());
	return error;
}
