/* SPDX-License-Identifier: MIT */
/* What the kernel says about the huge pages of a mapping, from /proc/self/smaps. */
#ifndef THP_H
#define THP_H

#include <sys/mman.h>

#define HUGE MIB(2)

struct mapping {
	size_t rss, huge; /* bytes */
	char flags[200];  /* " rd wr ... " */
};

static char smaps[MIB(4)];

static void read_smaps(void)
{
	int fd = open("/proc/self/smaps", O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got;

	if (fd < 0)
		UNSUPPORTED_BECAUSE("no /proc/self/smaps");
	while ((got = read(fd, smaps + n, sizeof(smaps) - 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	smaps[n] = '\0';
}

static size_t figure(const char *from, const char *name)
{
	const char *at = strstr(from, name);

	return at ? KIB(strtoul(at + strlen(name), NULL, 10)) : 0;
}

/* The mapping that p lies in. */
UNUSED static struct mapping mapping_of(const void *p)
{
	struct mapping m = { 0, 0, "" };
	char *line;

	read_smaps();
	for (line = smaps; line && *line; line = strchr(line, '\n'), line += line != NULL) {
		unsigned long from, to;
		char *flags, *end;

		if (sscanf(line, "%lx-%lx ", &from, &to) != 2 || (uintptr_t)p < from || (uintptr_t)p >= to)
			continue;
		m.rss = figure(line, "\nRss:");
		m.huge = figure(line, "\nAnonHugePages:");
		flags = strstr(line, "\nVmFlags:");
		end = flags ? strchr(flags + 1, '\n') : NULL;
		if (!end || (size_t)(end - flags) > sizeof(m.flags) - 2)
			UNSUPPORTED_BECAUSE("no VmFlags in /proc/self/smaps");
		snprintf(m.flags, sizeof(m.flags), "%.*s ", (int)(end - flags - 9), flags + 9);
		return m;
	}
	CHECK(!"no mapping there");
	return m;
}

UNUSED static int has_flag(const struct mapping *m, const char *flag)
{
	char padded[8];

	snprintf(padded, sizeof(padded), " %s ", flag);
	return strstr(m->flags, padded) != NULL;
}

/* Ends the test where the kernel gives no huge pages to who asks. */
UNUSED static void need_huge_pages(void)
{
	char *p = mmap(NULL, 4 * HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	if (madvise(p, 4 * HUGE, MADV_HUGEPAGE) != 0)
		UNSUPPORTED_BECAUSE("a kernel without transparent huge pages");
	memset(p, 1, 4 * HUGE);
	if (mapping_of(p + 2 * HUGE).huge < HUGE)
		UNSUPPORTED_BECAUSE("the kernel gives no huge pages now");
	munmap(p, 4 * HUGE);
}

/* AnonHugePages of the process. */
UNUSED static size_t all_huge(void)
{
	size_t n = 0;
	char *at;

	read_smaps();
	for (at = smaps; (at = strstr(at, "\nAnonHugePages:")) != NULL; at++)
		n += figure(at, "\nAnonHugePages:");
	return n;
}

#endif
