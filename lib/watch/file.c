/* SPDX-License-Identifier: MIT */
#include "watch/file.h"

#include <errno.h>
#include <fcntl.h>

#include "base/call.h"
#include "conf/options.h"
#include "watch/stats.h"

bool hak_file_is_asked(void)
{
	return hak_stats_path[0] != '\0';
}

/* %p is the process, %% a sign for itself. is_new: of the file that will be renamed, which is this process's alone. The text
 * then is a string. False: too long. */
static bool make_path(const char *pattern, bool is_new, struct hak_text *path)
{
	uint64_t pid = (uint64_t)hak_call(SYS_getpid);

	hak_text_open(path, -1);
	for (const char *c = pattern; *c != '\0'; c++) {
		if (c[0] == '%' && c[1] == 'p') {
			hak_text_add_number(path, pid);
			c++;
		} else {
			c += c[0] == '%' && c[1] == '%';
			hak_text_add_bytes(path, c, 1);
		}
	}
	if (is_new) {
		hak_text_add(path, ".");
		hak_text_add_number(path, pid);
		hak_text_add(path, ".new");
	}
	hak_text_add_bytes(path, "", 1);
	return path->length < HAK_TEXT_SIZE;
}

static size_t length_of(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

static bool has_ending(const char *path, const char *ending)
{
	size_t n = length_of(path), k = length_of(ending), i = 0;

	while (i < k && i < n && path[n - 1 - i] == ending[k - 1 - i])
		i++;
	return i == k;
}

static enum hakmem_format form_of(const char *path)
{
	return has_ending(path, ".json") ? HAKMEM_JSON : has_ending(path, ".prom") ? HAKMEM_PROMETHEUS :
		has_ending(path, ".om") ? HAKMEM_OPENMETRICS : has_ending(path, ".xml") ? HAKMEM_XML : HAKMEM_TEXT;
}

/* In a folder that others may write to, what has that name already may be anything: it is not opened. */
static long make_file(const char *path)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	long fd = hak_call(SYS_openat, AT_FDCWD, path, flags, 0644);

	if (fd == -EEXIST && hak_call(SYS_unlinkat, AT_FDCWD, path, 0) == 0)
		fd = hak_call(SYS_openat, AT_FDCWD, path, flags, 0644);
	return fd;
}

static long rename_file(const char *from, const char *to)
{
#ifdef SYS_renameat
	return hak_call(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
#else
	return hak_call(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
#endif
}

/* Once: it is likely to stay so. */
static void complain(const char *path, long error)
{
	static uint32_t is_told; /* any */
	struct hak_text t;

	if (hak_load_relaxed(&is_told))
		return;
	hak_store_relaxed(&is_told, 1);
	hak_text_open_line(&t);
	hak_text_add(&t, "hakmem: stats_file: ");
	hak_text_add(&t, path);
	hak_text_add(&t, " cannot be written (errno ");
	hak_text_add_number(&t, (uint64_t)error);
	hak_text_add(&t, ")\n");
	hak_text_close(&t);
}

void hak_file_write(void)
{
	const char *pattern = hak_stats_path;
	struct hak_text path, new_path;
	long fd, error;

	if (!make_path(pattern, false, &path) || !make_path(pattern, true, &new_path))
		return;
	fd = make_file(new_path.data);
	if (fd < 0) {
		complain(path.data, -fd);
		return;
	}
	error = hak_stats_send((int)fd, form_of(pattern), false);
	hak_call(SYS_close, fd);
	if (error == 0)
		error = -rename_file(new_path.data, path.data);
	if (error != 0) {
		hak_call(SYS_unlinkat, AT_FDCWD, new_path.data, 0);
		complain(path.data, error);
	}
}
