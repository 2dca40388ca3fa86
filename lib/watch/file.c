/* SPDX-License-Identifier: MIT */
#include "watch/file.h"

#include <errno.h>
#include <fcntl.h>

#include "base/call.h"
#include "conf/options.h"
#include "watch/output.h"
#include "watch/stats.h"

bool hak_file_is_asked(void)
{
	return hak_stats_path[0] != '\0';
}

/* is_new: of the file that will be renamed, which is this process's alone. The text then is a string. False: too long. */
static bool make_path(const char *pattern, bool is_new, struct hak_text *path)
{
	hak_text_open(path, -1);
	hak_output_add_path(path, pattern, 0);
	if (is_new) {
		hak_text_add(path, ".");
		hak_text_add_number(path, (uint64_t)hak_call(SYS_getpid));
		hak_text_add(path, ".new");
	}
	hak_text_add_bytes(path, "", 1);
	return path->length < HAK_TEXT_SIZE;
}

static enum hakmem_format form_of(const char *path)
{
	return hak_output_ends_in(path, ".json") ? HAKMEM_JSON : hak_output_ends_in(path, ".prom") ? HAKMEM_PROMETHEUS :
		hak_output_ends_in(path, ".om") ? HAKMEM_OPENMETRICS : hak_output_ends_in(path, ".xml") ? HAKMEM_XML : HAKMEM_TEXT;
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

	if (hak_load_relaxed(&is_told))
		return;
	hak_store_relaxed(&is_told, 1);
	hak_output_complain("stats_file", path, error);
}

HAK_COLD void hak_file_write(void)
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
