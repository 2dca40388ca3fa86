/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include "target.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <link.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define N_NOTES_MAX 65536 /* bytes of notes that are looked through */

__attribute__((format(printf, 2, 3)))
static void add_trouble(struct target *t, const char *format, ...)
{
	size_t n = strlen(t->trouble);
	va_list args;

	va_start(args, format);
	vsnprintf(t->trouble + n, sizeof t->trouble - n, format, args);
	va_end(args);
}

static FILE *open_proc(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	return fopen(path, "re");
}

bool target_status(pid_t pid, const char *key, uint64_t *number)
{
	FILE *file = open_proc(pid, "status");
	char line[256];
	bool is_there = false;

	while (file != NULL && !is_there && fgets(line, sizeof line, file) != NULL) {
		is_there = strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':';
		if (is_there)
			*number = strtoull(line + strlen(key) + 1, NULL, 10);
	}
	if (file != NULL)
		fclose(file);
	return is_there;
}

/* As the library does: the last part of what it was called by; else what the kernel knows. */
static void find_name(struct target *t)
{
	FILE *file = open_proc(t->pid, "cmdline");
	char line[PATH_MAX] = "";
	const char *name;
	size_t n = file != NULL ? fread(line, 1, sizeof line - 1, file) : 0;

	if (file != NULL)
		fclose(file);
	line[n] = '\0';
	if (line[0] == '\0') {
		file = open_proc(t->pid, "comm");
		if (file == NULL || fgets(line, sizeof line, file) == NULL)
			line[0] = '\0';
		if (file != NULL)
			fclose(file);
		line[strcspn(line, "\n")] = '\0';
	}
	name = line;
	for (const char *c = line; *c != '\0' && *c != ':'; c++)
		if (*c == '/' && c[1] != '\0')
			name = c + 1;
	for (n = 0; name[n] != '\0' && name[n] != '\n' && n < sizeof t->name - 1; n++) {
		t->name[n] = name[n];
		if (name[n] < ' ' || name[n] > '~')
			t->name[n] = '?';
	}
	t->name[n] = '\0';
}

/* Where the first of the two is forbidden by a filter, as in many containers, the second may still be allowed. */
static ssize_t read_there(struct target *t, uint64_t address, void *to, size_t size)
{
	struct iovec mine = { to, size }, theirs = { (void *)(uintptr_t)address, size };
	ssize_t n = t->memory < 0 ? process_vm_readv(t->pid, &mine, 1, &theirs, 1, 0) : -1;

	if (t->memory < 0 && n < 0 && (errno == EPERM || errno == ENOSYS)) {
		char path[64];
		int saved = errno;

		snprintf(path, sizeof path, "/proc/%d/mem", (int)t->pid);
		t->memory = open(path, O_RDONLY | O_CLOEXEC);
		if (t->memory < 0) {
			errno = saved;
			return -1;
		}
	}
	return t->memory < 0 ? n : pread(t->memory, to, size, (off_t)address);
}

void target_refresh(struct target *t)
{
	for (unsigned i = 0; i < TARGET_PAGES; i++)
		t->page[i].address = 0;
	t->is_lost = false;
}

bool target_read(struct target *t, uint64_t address, void *to, size_t size)
{
	size_t done = 0;

	while (done < size) {
		uint64_t begin = (address + done) / TARGET_PAGE * TARGET_PAGE, off = address + done - begin;
		unsigned i = (unsigned)(begin / TARGET_PAGE % TARGET_PAGES);
		size_t n = size - done;

		if (t->page[i].address != begin) {
			ssize_t got = begin != 0 ? read_there(t, begin, t->page[i].bytes, TARGET_PAGE) : -1;

			t->page[i].address = got > 0 ? begin : 0;
			t->page[i].size = got > 0 ? (size_t)got : 0;
		}
		if (t->page[i].address != begin || off >= t->page[i].size) {
			t->is_lost = true;
			memset(to, 0, size);
			return false;
		}
		if (n > t->page[i].size - off)
			n = t->page[i].size - off;
		memcpy((char *)to + done, t->page[i].bytes + off, n);
		done += n;
	}
	return true;
}

uint32_t target_u32(struct target *t, uint64_t address)
{
	uint32_t n;

	target_read(t, address, &n, sizeof n);
	return n;
}

uint64_t target_u64(struct target *t, uint64_t address)
{
	uint64_t n;

	target_read(t, address, &n, sizeof n);
	return n;
}

uint64_t target_word(struct target *t, uint64_t address)
{
	uintptr_t n;

	target_read(t, address, &n, sizeof n);
	return n;
}

uint64_t target_resident(struct target *t, uint64_t address, uint64_t size)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), first = address / page, end = (address + size + page - 1) / page;
	uint64_t entries[512], n_pages = 0;

	while (t->pagemap >= 0 && first < end) {
		size_t n = end - first < 512 ? (size_t)(end - first) : 512;

		if (pread(t->pagemap, entries, n * sizeof *entries, (off_t)(first * sizeof *entries)) !=
			(ssize_t)(n * sizeof *entries)) {
			close(t->pagemap);
			t->pagemap = -1;
			break;
		}
		for (size_t i = 0; i < n; i++)
			n_pages += entries[i] >> 63;
		first += n;
	}
	return t->pagemap >= 0 ? n_pages * page : size;
}

/* Looks for our note among some. Returns the address of what it holds, and its size; 0: not there. */
static uint64_t find_note(struct target *t, uint64_t at, uint64_t size, uint64_t align, uint64_t *n_bytes)
{
	uint64_t end = at + (size < N_NOTES_MAX ? size : N_NOTES_MAX);
	ElfW(Nhdr) note;
	char owner[sizeof HAK_INSIDE_OWNER];

	align = align == 8 ? 8 : 4;
	while (at + sizeof note <= end && target_read(t, at, &note, sizeof note)) {
		uint64_t name = at + sizeof note, content = at + (sizeof note + note.n_namesz + align - 1) / align * align;

		if (note.n_type == HAK_INSIDE_NOTE && note.n_namesz == sizeof owner && target_read(t, name, owner, sizeof owner) &&
			memcmp(owner, HAK_INSIDE_OWNER, sizeof owner) == 0) {
			*n_bytes = note.n_descsz;
			return content;
		}
		at = content + ((uint64_t)note.n_descsz + align - 1) / align * align;
	}
	return 0;
}

enum answer { NOT_THERE, THERE, OTHER_MACHINE, OTHER_LAYOUT };

static enum answer follow_note(struct target *t, uint64_t content, uint64_t n_bytes)
{
	uint32_t head[2];

	if (!target_read(t, content, head, sizeof head) || head[0] != HAK_INSIDE_LAYOUT || head[1] < HAK_N_INSIDE ||
		n_bytes < sizeof head + HAK_N_INSIDE * sizeof(intptr_t))
		return OTHER_LAYOUT;
	for (unsigned i = 0; i < HAK_N_INSIDE; i++) {
		uint64_t place = content + sizeof head + i * sizeof(intptr_t);
		intptr_t distance;

		target_read(t, place, &distance, sizeof distance);
		t->object[i] = (uintptr_t)((intptr_t)place + distance);
	}
	if (!target_read(t, t->object[HAK_AT_hak_inside], &t->inside, sizeof t->inside) ||
		t->inside.layout != HAK_INSIDE_LAYOUT || t->inside.size < sizeof t->inside ||
		t->inside.pointer_size != sizeof(void *) || t->inside.n_classes != HAK_N_CLASSES)
		return OTHER_LAYOUT;
	t->inside.version[sizeof t->inside.version - 1] = '\0';
	return THERE;
}

/* base: where a file's beginning is mapped. */
static enum answer look_at_file(struct target *t, uint64_t base)
{
	ElfW(Ehdr) elf;
	ElfW(Phdr) part;
	uint64_t bias = base;
	bool has_bias = false;

	if (!target_read(t, base, &elf, sizeof elf) || memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0)
		return NOT_THERE;
	if (elf.e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32))
		return OTHER_MACHINE;
	if (elf.e_phentsize != sizeof part || elf.e_phnum > 1000)
		return NOT_THERE;
	for (unsigned i = 0; i < elf.e_phnum; i++) {
		if (!target_read(t, base + elf.e_phoff + i * sizeof part, &part, sizeof part))
			return NOT_THERE;
		if (part.p_type == PT_LOAD && !has_bias) {
			bias = base + part.p_offset - part.p_vaddr;
			has_bias = true;
		}
	}
	for (unsigned i = 0; i < elf.e_phnum; i++) {
		uint64_t content, n_bytes;

		target_read(t, base + elf.e_phoff + i * sizeof part, &part, sizeof part);
		content = part.p_type == PT_NOTE ? find_note(t, bias + part.p_vaddr, part.p_memsz, part.p_align, &n_bytes) : 0;
		if (content != 0)
			return follow_note(t, content, n_bytes);
	}
	return NOT_THERE;
}

static void explain_scope(struct target *t)
{
	FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
	int scope = 0;

	if (file != NULL) {
		if (fscanf(file, "%d", &scope) != 1) /* NOLINT(cert-err34-c) */
			scope = 0;
		fclose(file);
	}
	if (scope == 1)
		add_trouble(t, "this system lets only a process's parents look into it (kernel.yama.ptrace_scope is 1)\n"
			"run hakmem-stat as root, or have root say 'sysctl kernel.yama.ptrace_scope=0', or start the program with "
			"HAKMEM_CONF=stats_file:/PATH\n");
	else if (scope >= 2)
		add_trouble(t, "this system lets %s look into a process (kernel.yama.ptrace_scope is %d)\n"
			"start the program with HAKMEM_CONF=stats_file:/PATH%s\n", scope == 2 ? "only root" : "nobody", scope,
			scope == 2 ? ", or run hakmem-stat as root" : "");
	else
		add_trouble(t, "the kernel does not permit looking into it: a sandbox, another namespace or a security module\n"
			"run hakmem-stat as root outside of it, or start the program with HAKMEM_CONF=stats_file:/PATH\n");
}

/* Not allowed, though it is there: who would be? */
static void explain(struct target *t)
{
	char path[64];
	struct stat file;
	uint64_t uid = 0;

	/* The folder itself would stay the user's. */
	snprintf(path, sizeof path, "/proc/%d/maps", (int)t->pid);
	if (stat(path, &file) != 0 || !target_status(t->pid, "Uid", &uid)) {
		add_trouble(t, "no such process\n");
	} else if (geteuid() != 0 && uid != geteuid()) {
		add_trouble(t, "it is another user's (number %" PRIu64 ")\nrun hakmem-stat as that user or as root\n", uid);
	} else if (geteuid() != 0 && file.st_uid != geteuid()) {
		add_trouble(t, "only root may look into it: it is not dumpable, as programs are that have changed their user or keep "
			"secrets (prctl(2), PR_SET_DUMPABLE)\nrun hakmem-stat as root\n");
	} else {
		explain_scope(t);
	}
}

/* Tries what is mapped from its beginning on: first what looks like the library. */
static enum answer look_at_all(struct target *t, FILE *maps, bool by_name, bool *has_library)
{
	enum answer answer = NOT_THERE, last;
	char line[PATH_MAX + 200];

	rewind(maps);
	while (answer != THERE && fgets(line, sizeof line, maps) != NULL) {
		uint64_t begin, offset;
		int at = 0;

		if (sscanf(line, "%" SCNx64 "-%*x %*s %" SCNx64 " %*s %*s %n", &begin, &offset, &at) != 2 || at == 0 || /* NOLINT(cert-err34-c) */
			line[at] != '/' || offset != 0 || (strstr(line + at, "/libhakmem") != NULL) != by_name)
			continue;
		*has_library |= by_name;
		last = look_at_file(t, begin);
		answer = last != NOT_THERE ? last : answer;
	}
	return answer;
}

static void give_up(struct target *t, enum answer answer, bool has_library)
{
	if (answer == OTHER_MACHINE)
		add_trouble(t, "it runs as another kind of machine, %d bit\nuse the hakmem-stat of that architecture\n",
			sizeof(void *) == 8 ? 32 : 64);
	else if (answer == OTHER_LAYOUT || has_library)
		add_trouble(t, "its libhakmem is of another version than this hakmem-stat, %s\n"
			"use the one that came with it, or start the program again\n", HAKMEM_VERSION);
	else
		add_trouble(t, "it runs without libhakmem\nstart it by hakmem-run, or link it with libhakmem\n");
	t->is_foreign = answer == NOT_THERE && !has_library;
}

/* Opens /proc/PID/maps of one that may be looked into. NULL: t->trouble says why not. */
static FILE *begin(struct target *t, pid_t pid)
{
	uint64_t first = 0;
	char path[64], word[8];
	FILE *maps;

	memset(t, 0, sizeof *t);
	t->pid = pid;
	t->memory = t->pagemap = -1;
	snprintf(path, sizeof path, "/proc/%d", (int)pid);
	if (access(path, F_OK) != 0) {
		add_trouble(t, "no such process\n");
		return NULL;
	}
	find_name(t);
	errno = 0;
	maps = open_proc(pid, "maps");
	/* The kernel may open it and then give nothing. */
	if (maps == NULL || fscanf(maps, "%" SCNx64, &first) != 1) { /* NOLINT(cert-err34-c) */
		uint64_t n;

		/* The kernel's own threads, and what has ended, have no memory. */
		if (maps != NULL && errno == 0 && !target_status(pid, "VmSize", &n))
			give_up(t, NOT_THERE, false);
		else
			explain(t);
	} else if (read_there(t, first, word, sizeof word) < 0 && (errno == EPERM || errno == EACCES || errno == ESRCH)) {
		explain(t);
	} else {
		return maps;
	}
	if (maps != NULL)
		fclose(maps);
	return NULL;
}

bool target_open(struct target *t, pid_t pid)
{
	enum answer answer;
	bool has_library = false;
	char path[64];
	FILE *maps = begin(t, pid);

	if (maps == NULL)
		return false;
	answer = look_at_all(t, maps, true, &has_library);
	if (answer == NOT_THERE)
		answer = look_at_all(t, maps, false, &has_library);
	fclose(maps);
	if (answer != THERE) {
		give_up(t, answer, has_library);
		return false;
	}
	snprintf(path, sizeof path, "/proc/%d/pagemap", (int)pid);
	t->pagemap = open(path, O_RDONLY | O_CLOEXEC);
	return true;
}

bool target_open_page(struct target *t, pid_t pid, uint64_t *address)
{
	char line[PATH_MAX + 200];
	bool is_there = false;
	FILE *maps = begin(t, pid);

	if (maps == NULL)
		return false;
	rewind(maps);
	while (!is_there && fgets(line, sizeof line, maps) != NULL)
		is_there = strstr(line, "/memfd:" HAKMEM_PAGE_NAME) != NULL && sscanf(line, "%" SCNx64, address) == 1; /* NOLINT(cert-err34-c) */
	fclose(maps);
	if (!is_there)
		add_trouble(t, "it publishes no page\nstart it by hakmem-run --watch, or see hakmem-stat without --page\n");
	return is_there;
}

void target_close(struct target *t)
{
	if (t->memory >= 0)
		close(t->memory);
	if (t->pagemap >= 0)
		close(t->pagemap);
	t->memory = t->pagemap = -1;
}
