/* SPDX-License-Identifier: MIT */
#include "os/cgroup.h"

#include <fcntl.h>
#include <string.h>

#include "base/text.h"
#include "os/call.h"

#define TEXT_SIZE 4096
#define NAME_ROOM 32                   /* bytes of the longest file name */
#define NO_LIMIT ((uint64_t)1 << 62)   /* from here on, v1 means none */

/* Out of line, so that the compiler does not call a libc function that nothing else here needs. */
static void HAK_NOINLINE copy_text(char *to, const char *from, size_t n)
{
	memmove(to, from, n);
}

/* Reads path/name into text, NUL-terminated, with a newline in front so that every line begins with one. False: it
 * cannot be read. */
static bool HAK_COLD read_file(const char *path, const char *name, char *text, size_t size)
{
	char full[HAK_CGROUP_PATH + NAME_ROOM];
	size_t n_path = hak_text_measure(path), n_name = hak_text_measure(name), at = 1;
	long n = 0;
	int fd;

	if (n_path + n_name + 2 > sizeof full)
		return false;
	copy_text(full, path, n_path);
	full[n_path] = '/';
	copy_text(full + n_path + 1, name, n_name + 1);
	/* Non-blocking, in case it is not a regular file. */
	fd = (int)hak_call(SYS_openat, AT_FDCWD, n_name > 0 ? full : path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	text[0] = '\n';
	while (fd >= 0 && at < size - 1 && (n = hak_call(SYS_read, fd, text + at, size - 1 - at)) > 0)
		at += (size_t)n;
	text[at] = '\0';
	if (fd >= 0)
		hak_call(SYS_close, fd);
	return fd >= 0 && n >= 0;
}

/* What follows the first `what` in text, or NULL. */
static const char *find_after(const char *text, const char *what)
{
	size_t n = hak_text_measure(what);

	for (; *text != '\0'; text++) {
		size_t i = 0;

		while (i < n && text[i] == what[i])
			i++;
		if (i == n)
			return text + n;
	}
	return NULL;
}

/* The number at s; 0 if it is not a number, or is so large that it means no limit. */
static uint64_t number_at(const char *s)
{
	uint64_t v = 0;

	for (; s != NULL && *s >= '0' && *s <= '9'; s++) {
		v = v * 10 + (uint64_t)(*s - '0');
		if (v >= NO_LIMIT)
			return 0;
	}
	return s != NULL && (*s == '\n' || *s == '\0') ? v : 0;
}

/* Reads a file that holds one number. False: it cannot be read. */
static bool read_number(const char *path, const char *name, uint64_t *out)
{
	char text[64];
	bool is_there = read_file(path, name, text, sizeof text);

	*out = is_there ? number_at(text + 1) : 0;
	return is_there;
}

static bool has_controller(const char *list, const char *end, const char *name)
{
	size_t n = hak_text_measure(name);

	for (const char *s = list; s + n <= end; s++) {
		size_t i = 0;

		while (i < n && s[i] == name[i])
			i++;
		if (i == n && (s == list || s[-1] == ',') && (s + n == end || s[n] == ','))
			return true;
	}
	return false;
}

/* The process's cgroup in the hierarchy with that controller ("": the one of v2), from the lines of /proc/self/cgroup,
 * which are number:controllers:path. "" if it is the root or unknown. */
static void HAK_COLD find_own_path(const char *text, const char *controller, char *out, size_t size)
{
	size_t n = 0;

	while ((text = find_after(text, "\n")) != NULL) {
		const char *list = find_after(text, ":");
		const char *path = list != NULL ? find_after(list, ":") : NULL;
		const char *dots;

		if (path == NULL)
			break;
		if (*controller != '\0' ? !has_controller(list, path - 1, controller) : list != path - 1)
			continue;
		while (path[n] != '\0' && path[n] != '\n' && n < size - 1)
			n++;
		/* A cgroup outside the process's cgroup namespace has ".." in its path. */
		dots = find_after(path, "/..");
		if (path[0] != '/' || n == 1 || n == size - 1 || (dots != NULL && dots <= path + n))
			n = 0;
		copy_text(out, path, n);
		break;
	}
	out[n] = '\0';
}

static void note_limit(struct hak_cgroup *c, const char *path, uint64_t limit, uint64_t *lowest)
{
	if (limit == 0)
		return;
	if (*lowest == 0 || limit < *lowest)
		*lowest = limit;
	if (c->least != 0 && limit >= c->least)
		return;
	c->least = limit;
	copy_text(c->path, path, hak_text_measure(path) + 1);
}

/* Reads one cgroup's limits. False: it has none of the files. */
static bool read_limits(struct hak_cgroup *c, const char *path)
{
	uint64_t limit, unused = 0;
	bool is_there;

	if (c->is_v1) {
		is_there = read_number(path, "memory.limit_in_bytes", &limit);
		note_limit(c, path, limit, &c->max);
		return is_there;
	}
	is_there = read_number(path, "memory.max", &limit);
	note_limit(c, path, limit, &c->max);
	is_there = read_number(path, "memory.high", &limit) || is_there;
	note_limit(c, path, limit, &unused);
	return is_there;
}

/* Reads the limits of root/own and of every cgroup above it. A container may see its own cgroup as the root, and not see
 * its path at all. */
static bool HAK_COLD read_limits_upward(struct hak_cgroup *c, const char *root, const char *below, const char *own)
{
	char path[HAK_CGROUP_PATH];
	size_t n_root = hak_text_measure(root), n_below = hak_text_measure(below), n = hak_text_measure(own);
	bool is_there = false;

	if (n_root + n_below + 1 > sizeof path)
		return false;
	if (n_root + n_below + n + 1 > sizeof path) {
		own = "";
		n = 0;
	}
	copy_text(path, root, n_root);
	copy_text(path + n_root, below, n_below);
	n_root += n_below;
	copy_text(path + n_root, own, n + 1);
	for (n += n_root;;) {
		path[n] = '\0';
		is_there = read_limits(c, path) || is_there;
		if (n == n_root)
			return is_there;
		do
			n--;
		while (n > n_root && path[n] != '/');
	}
}

void hak_cgroup_find(struct hak_cgroup *c, const char *root, const char *self)
{
	char text[TEXT_SIZE], own[HAK_CGROUP_PATH];

	memset(c, 0, sizeof *c);
	if (!read_file(self, "", text, sizeof text))
		text[0] = '\0';
	find_own_path(text, "", own, sizeof own);
	if (read_limits_upward(c, root, "", own))
		return;
	/* In hybrid hierarchies v2 is mounted, too, without the memory controller. */
	c->is_v1 = true;
	find_own_path(text, "memory", own, sizeof own);
	read_limits_upward(c, root, "/memory", own);
}

uint64_t hak_cgroup_count_hits(const struct hak_cgroup *c)
{
	char text[TEXT_SIZE / 4];
	uint64_t n_hits = 0;

	if (c->is_v1)
		read_number(c->path, "memory.failcnt", &n_hits);
	else if (read_file(c->path, "memory.events", text, sizeof text))
		n_hits = number_at(find_after(text, "\nhigh ")) + number_at(find_after(text, "\nmax "));
	return n_hits;
}

uint64_t hak_cgroup_stalled(const struct hak_cgroup *c)
{
	char text[TEXT_SIZE / 4];

	/* The first line is "some": at least one task waits. */
	if (c->is_v1 || !read_file(c->path, "memory.pressure", text, sizeof text))
		return 0;
	return number_at(find_after(text, " total="));
}
