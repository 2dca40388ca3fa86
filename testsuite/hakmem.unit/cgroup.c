/* SPDX-License-Identifier: MIT */
/* Which limit counts: the lowest from the process's own cgroup up to the root, v2 before v1, whatever else is in
 * /proc/self/cgroup; and what is no number is no limit. */
#include "unit.h"
#include "os/cgroup.h"

#include <sys/stat.h>

static struct hak_cgroup found;

static void make_folder(const char *path)
{
	CHECK(mkdir(path, 0777) == 0 || errno == EEXIST, "%s", path);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	CHECK(fd >= 0, "%s", path);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
}

static void find(const char *root, const char *lines)
{
	put("self", lines);
	memset(&found, 0xa5, sizeof found);
	errno_set(EXDEV);
	hak_cgroup_find(&found, root, "self");
	CHECK(errno_get() == EXDEV);
}

static void check(const char *root, const char *lines, uint64_t max, uint64_t least, const char *path)
{
	find(root, lines);
	CHECK(found.max == max && found.least == least, "max %llu, least %llu with %s", (unsigned long long)found.max,
		(unsigned long long)found.least, lines);
	CHECK(strcmp(found.path, path) == 0, "%s with %s", found.path, lines);
}

static void check_v2(void)
{
	make_folder("v2");
	make_folder("v2/a");
	make_folder("v2/a/b");
	make_folder("v2/a/b/c");
	put("v2/a/memory.max", "9000000\n");
	put("v2/a/memory.high", "max\n");
	put("v2/a/b/memory.max", "max\n");
	put("v2/a/b/memory.high", "8000000\n");
	put("v2/a/b/c/memory.max", "10000000\n");
	put("v2/a/b/c/memory.high", "max\n");
	check("v2", "0::/a/b/c\n", 9000000, 8000000, "v2/a/b");
	check("v2", "0::/a/b", 9000000, 8000000, "v2/a/b");
	check("v2", "0::/a\n", 9000000, 9000000, "v2/a");
	check("v2", "0::/\n", 0, 0, "");
	check("v2", "3:memory:/nowhere\n1:name=systemd:/x\n0::/a/b/c\n", 9000000, 8000000, "v2/a/b");
	/* Folders that are not there are passed over. */
	check("v2", "0::/a/b/c/d/e\n", 9000000, 8000000, "v2/a/b");
	check("v2", "0::/x/y\n", 0, 0, "");
	/* Outside of what the namespace shows. */
	check("v2", "0::/../../a\n", 0, 0, "");
	put("v2/memory.max", "7000000\n");
	check("v2", "0::/../../a\n", 7000000, 7000000, "v2");
	check("v2", "0::/x/y\n", 7000000, 7000000, "v2");
	check("v2", "", 7000000, 7000000, "v2");
	check("v2", "garbage", 7000000, 7000000, "v2");
	check("v2", "0::/a\n", 7000000, 7000000, "v2");
	CHECK(!found.is_v1);
}

static void check_v1(void)
{
	make_folder("v1");
	make_folder("v1/memory");
	make_folder("v1/memory/docker");
	make_folder("v1/memory/docker/me");
	put("v1/memory/memory.limit_in_bytes", "9223372036854771712\n");
	put("v1/memory/docker/memory.limit_in_bytes", "5000000\n");
	put("v1/memory/docker/me/memory.limit_in_bytes", "6000000\n");
	check("v1", "12:pids:/docker/me\n4:cpuset,memory,x:/docker/me\n0::/\n", 5000000, 5000000, "v1/memory/docker");
	CHECK(found.is_v1);
	check("v1", "4:memory:/\n", 0, 0, "");
	check("v1", "4:notmemory:/docker/me\n5:memoryx:/docker/me\n", 0, 0, "");
	put("v1/memory/docker/me/memory.failcnt", "41\n");
	put("v1/memory/docker/me/memory.limit_in_bytes", "4096\n");
	check("v1", "4:memory:/docker/me\n", 4096, 4096, "v1/memory/docker/me");
	CHECK(hak_cgroup_count_hits(&found) == 41);
	CHECK(hak_cgroup_stalled(&found) == 0);
}

static void check_garbage(void)
{
	static const char *const no_limits[] = { "", "\n", "max", "maximum\n", "-1\n", "0\n", "0x10\n", "12a\n", "1.5\n",
						 " 12\n", "99999999999999999999\n", "9223372036854775807\n", "\xff\xfe" };
	char long_line[3000];

	make_folder("bad");
	for (size_t i = 0; i < N_OF(no_limits); i++) {
		put("bad/memory.max", no_limits[i]);
		check("bad", "0::/\n", 0, 0, "");
	}
	CHECK(unlink("bad/memory.max") == 0);
	make_folder("bad/memory.max"); /* a folder where a file should be */
	check("bad", "0::/\n", 0, 0, "");
	put("bad/memory.high", "5000\n");
	check("bad", "0::/\n", 0, 5000, "bad");
	CHECK(hak_cgroup_count_hits(&found) == 0 && hak_cgroup_stalled(&found) == 0);
	put("bad/memory.events", "low 1\nhigh 20\nmax 300\noom 4000\n");
	CHECK(hak_cgroup_count_hits(&found) == 320);
	put("bad/memory.events", "high 1\nmax 2");
	CHECK(hak_cgroup_count_hits(&found) == 3);
	put("bad/memory.events", "high x\nmaximum 2\nmin 3\n");
	CHECK(hak_cgroup_count_hits(&found) == 0);
	put("bad/memory.pressure", "some avg10=1.00 avg60=0.00 avg300=0.00 total=456\nfull avg10=0.00 total=9\n");
	CHECK(hak_cgroup_stalled(&found) == 456);
	put("bad/memory.pressure", "total\n");
	CHECK(hak_cgroup_stalled(&found) == 0);

	/* A path without an end, with and without a line before it. */
	memset(long_line, 'p', sizeof long_line);
	memcpy(long_line, "0::/", 4);
	long_line[sizeof long_line - 1] = '\0';
	check("bad", long_line, 0, 5000, "bad");
	long_line[HAK_CGROUP_PATH] = '\0';
	check("bad", long_line, 0, 5000, "bad");
	long_line[HAK_CGROUP_PATH - 4] = '\0'; /* fits, but not behind the root */
	check("bad", long_line, 0, 5000, "bad");
	find("no such folder", "0::/a\n");
	CHECK(found.max == 0 && found.least == 0);
	CHECK(unlink("self") == 0);
	hak_cgroup_find(&found, "bad", "self");
	CHECK(found.least == 5000);
}

int main(void)
{
	char noise[5000];
	uint64_t state = 3;

	check_v2();
	check_v1();
	check_garbage();
	for (unsigned long i = 0; i < rounds(500); i++) {
		size_t n = rnd_size(&state, sizeof noise - 1);

		for (size_t k = 0; k < n; k++)
			noise[k] = "0:/:\n.,memory1"[rnd(&state) % 14];
		noise[n] = '\0';
		find("v1", noise);
	}
	return 0;
}
