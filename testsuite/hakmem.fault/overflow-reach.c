/* SPDX-License-Identifier: MIT */
/* hak-plain: reads all mappings, of which there are too many */
/* hak-link: preload */
/* hak-opt: -O2 */
/* hak-timeout: 120 */
/*
 * Nothing of the library's is within reach of a program that writes past or before its blocks. A tracer sees every
 * call by which the library maps memory, and the program tells where its blocks were: what is mapped for none is
 * metadata, and has to have an inaccessible OS page of the library's own on either side.
 */
#include "check.h"
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#if defined(__LP64__)

#define SLICE 65536
#define N_CELLS (1u << 18)
#define N_SEGMENTS 4000

/* The program: it keeps in mind which slices its blocks touch. */

static uint64_t *slices; /* N_CELLS, hashed, 0: none; the tracer sees them */

static void share_slices(int fd)
{
	slices = mmap(NULL, N_CELLS * sizeof(*slices), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(slices != MAP_FAILED);
}

static void note(uint64_t slice)
{
	size_t c = slice * 0x9e3779b97f4a7c15u >> 32;

	while (slices[c % N_CELLS] && slices[c % N_CELLS] != slice)
		c++;
	slices[c % N_CELLS] = slice;
}

static void *noted(void *p, size_t size)
{
	size_t at;

	CHECK(p);
	for (at = 0; at < size + SLICE && at <= MIB(16); at += SLICE) /* of the largest the beginning is enough */
		note(((uintptr_t)p + (at < size ? at : size - 1)) / SLICE);
	return p;
}

static void fill_cache(size_t size, size_t n)
{
	static void *blocks[100000];
	unsigned round;
	size_t i;

	for (round = 0; round < 12; round++) {
		for (i = 0; i < n; i++)
			blocks[i] = noted(malloc(size), size);
		for (i = 0; i < n; i++)
			free(blocks[i]);
	}
}

static int program(void)
{
	size_t i, round;

	/* Large blocks between what is mapped for the library: next to each other where nothing keeps them apart. */
	for (round = 0; round < 4; round++) {
		for (i = 0; i < N_OF(tier_sizes); i++)
			noted(malloc(tier_sizes[i]), tier_sizes[i]);
		fill_cache((size_t)16 << round, 100000 >> round);
		noted(malloc(MIB(5)), MIB(5));
		noted(malloc(GIB(1)), GIB(1));
		noted(malloc(MIB(5)), MIB(5));
	}
	raise(SIGSTOP);
	return 0;
}

/* The tracer: what the library has mapped. */

static struct segment {
	uint64_t first, end;
	int is_writable;
} segments[N_SEGMENTS];

static size_t n_segments;

static void add_segment(uint64_t first, uint64_t end, int is_writable)
{
	if (first >= end)
		return;
	CHECK(n_segments < N_SEGMENTS);
	segments[n_segments++] = (struct segment){ first, end, is_writable };
}

/* Takes a range out; what of it was there is put back with its new rights, or (-1) is gone. */
static void change(uint64_t first, uint64_t end, int is_writable)
{
	size_t i, n = n_segments;

	for (i = 0; i < n; i++) {
		struct segment s = segments[i], *at = &segments[i];
		uint64_t from = s.first > first ? s.first : first, to = s.end < end ? s.end : end;

		if (from >= to)
			continue;
		at->end = at->first;
		add_segment(s.first, from, s.is_writable);
		add_segment(to, s.end, s.is_writable);
		if (is_writable >= 0)
			add_segment(from, to, is_writable);
	}
}

static void see(const struct __ptrace_syscall_info *call, uint64_t result)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), first = call->entry.args[0];
	uint64_t length = (call->entry.args[1] + page - 1) / page * page;
	int is_writable = (call->entry.args[2] & PROT_WRITE) != 0;

	switch (call->entry.nr) {
	case SYS_mmap:
		change(result, result + length, -1);
		if (call->entry.args[3] & MAP_ANONYMOUS)
			add_segment(result, result + length, is_writable);
		break;
	case SYS_munmap:
		change(first, first + length, -1);
		break;
	case SYS_mprotect:
		change(first, first + length, is_writable);
		break;
	case SYS_mremap:
		CHECK(0, "the program makes no block larger");
	}
}

/* Is ip in the loader's code? It maps what is no block, and none of the library's. Of the program's others nobody maps
 * anonymous memory but the library, itself or by libc. */
static int is_of_loader(pid_t child, uint64_t ip)
{
	static uint64_t first, end;
	unsigned long from, to;
	char path[64], line[512], rights[8];
	FILE *maps;

	if (first == end) {
		snprintf(path, sizeof(path), "/proc/%d/maps", (int)child);
		CHECK(maps = fopen(path, "re"));
		while (fgets(line, sizeof(line), maps))
			if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) == 3 && rights[2] == 'x' && strstr(line, "/ld-")) {
				first = from;
				end = to;
			}
		fclose(maps);
	}
	return ip >= first && ip < end;
}

static void trace(pid_t child)
{
	struct __ptrace_syscall_info call = { 0 }, info;
	int status, is_executed = 0;

	for (;;) {
		CHECK(ptrace(PTRACE_SYSCALL, child, NULL, NULL) == 0);
		CHECK(waitpid(child, &status, 0) == child && WIFSTOPPED(status), "wait status %#x", (unsigned)status);
		if (WSTOPSIG(status) == SIGSTOP)
			return;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80)) { /* the exec */
			is_executed = 1;
			continue;
		}
		if (!is_executed)
			continue;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) <= 0)
			UNSUPPORTED_BECAUSE("this kernel tells no tracer which call it is");
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
			call = info;
		else if (info.op == PTRACE_SYSCALL_INFO_EXIT && !info.exit.is_error &&
			 !is_of_loader(child, info.instruction_pointer))
			see(&call, (uint64_t)info.exit.rval);
	}
}

static int has_blocks(const struct segment *s)
{
	size_t i;

	for (i = 0; i < N_CELLS; i++)
		if (slices[i] && slices[i] * SLICE < s->end && (slices[i] + 1) * SLICE > s->first)
			return 1;
	return 0;
}

static int is_guard(uint64_t first, uint64_t end)
{
	size_t i;

	for (i = 0; i < n_segments; i++)
		if (!segments[i].is_writable && segments[i].first <= first && segments[i].end >= end)
			return 1;
	return 0;
}

static int judge(void)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	unsigned n_meta = 0, n_blocks = 0, n_wrong = 0;
	size_t i;

	for (i = 0; i < n_segments; i++) {
		const struct segment *s = &segments[i];

		if (s->first == s->end || !s->is_writable)
			continue;
		if (has_blocks(s)) {
			n_blocks++;
			continue;
		}
		n_meta++;
		if (is_guard(s->first - page, s->first) && is_guard(s->end, s->end + page))
			continue;
		dprintf(2, "%#llx to %#llx, %llu KiB of the library's: no inaccessible OS page %s\n",
			(unsigned long long)s->first, (unsigned long long)s->end, (unsigned long long)(s->end - s->first) >> 10,
			is_guard(s->end, s->end + page) ? "before it" : "behind it");
		n_wrong++;
	}
	CHECK(n_meta > 0 && n_blocks > 5, "%u mappings of metadata, %u of blocks seen", n_meta, n_blocks);
	return n_wrong != 0;
}

int main(int argc, char **argv)
{
	char number[12], *words[] = { argv[0], number, NULL };
	pid_t child;
	int fd, status;

	if (argc == 2) {
		share_slices(atoi(argv[1]));
		return program();
	}
	CHECK((fd = memfd_create("slices", 0)) >= 0);
	CHECK(ftruncate(fd, N_CELLS * sizeof(*slices)) == 0);
	share_slices(fd);
	snprintf(number, sizeof(number), "%d", fd);
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(UNSUPPORTED);
		raise(SIGSTOP);
		exec_self(words, environ);
		_exit(99);
	}
	CHECK(waitpid(child, &status, 0) == child);
	if (WIFEXITED(status))
		UNSUPPORTED_BECAUSE("there is no tracing here");
	CHECK(ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) == 0);
	trace(child);
	kill(child, SIGKILL);
	return judge();
}
#else
int main(void)
{
	UNSUPPORTED_BECAUSE("the tracer knows the calls of 64-bit machines alone");
}
#endif
