/* SPDX-License-Identifier: MIT */
#include "watch/modules.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>

#include "base/atomic.h"
#include "base/bits.h"
#include "base/call.h"
#include "os/page.h"
#include "watch/stack.h"

#define GNU_BUILD_ID 3 /* a note's type */

struct list {
	struct hak_module *modules;
	size_t n;
};

static void copy_name(struct hak_module *m, const char *name)
{
	size_t n = 0;
	long n_read;

	if (name[0] == '\0') { /* the program; of this thread, since the main one may have ended */
		n_read = hak_call(SYS_readlinkat, AT_FDCWD, "/proc/thread-self/exe", m->name, sizeof m->name - 1);
		n = n_read > 0 ? (size_t)n_read : 0;
	} else {
		for (; n < sizeof m->name - 1 && name[n] != '\0'; n++)
			m->name[n] = name[n];
	}
	m->name[n] = '\0';
}

/* Looks for the build id in notes from p to end. */
static void find_build_id(struct hak_module *m, const char *p, const char *end)
{
	while (p + sizeof(ElfW(Nhdr)) <= end) {
		const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(const void *)p;
		const char *name = p + sizeof *note;
		const uint8_t *id = (const uint8_t *)name + hak_round_up(note->n_namesz, 4);

		if (note->n_type == GNU_BUILD_ID && note->n_namesz == 4 && name[0] == 'G' && name[1] == 'N' && name[2] == 'U') {
			m->n_build_id = note->n_descsz < HAK_BUILD_ID_MOST ? note->n_descsz : HAK_BUILD_ID_MOST;
			for (uint32_t i = 0; i < m->n_build_id; i++)
				m->build_id[i] = id[i];
			return;
		}
		p = (const char *)id + hak_round_up(note->n_descsz, 4);
	}
}

static int HAK_COLD add_module(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct list *list = arg;
	size_t page = hak_os_page_size(), first = list->n;

	(void)size;
	for (unsigned i = 0; i < info->dlpi_phnum && list->n < HAK_MODULES_MOST; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		struct hak_module *m = &list->modules[list->n];

		if (h->p_type != PT_LOAD || (h->p_flags & PF_X) == 0)
			continue;
		m->start = (info->dlpi_addr + h->p_vaddr) & ~(page - 1);
		m->end = hak_round_up(info->dlpi_addr + h->p_vaddr + h->p_memsz, page);
		m->offset = h->p_offset & ~(uint64_t)(page - 1);
		m->n_build_id = 0;
		copy_name(m, info->dlpi_name);
		list->n++;
	}
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		const char *notes = (const char *)info->dlpi_addr + h->p_vaddr;

		for (size_t k = first; h->p_type == PT_NOTE && k < list->n; k++)
			if (list->modules[k].n_build_id == 0)
				find_build_id(&list->modules[k], notes, notes + h->p_memsz);
	}
	return 0;
}

size_t hak_modules_get(struct hak_module *modules)
{
	struct list list = { .modules = modules };
	int (*iterate)(int (*visit)(struct dl_phdr_info *info, size_t size, void *arg), void *arg);

	*(void **)&iterate = hak_stack_symbol("dl_iterate_phdr");
	if (iterate != NULL)
		iterate(add_module, &list);
	return list.n;
}

const struct hak_module *hak_modules_find(const struct hak_module *modules, size_t n, uintptr_t address)
{
	for (size_t i = 0; i < n; i++)
		if (modules[i].start <= address && address < modules[i].end)
			return &modules[i];
	return NULL;
}

const char *hak_modules_function(uintptr_t address, uintptr_t *start)
{
	static void *found; /* any: NULL: not looked for yet, or there is none */
	int (*find)(const void *address, Dl_info *info);
	Dl_info info = { .dli_sname = NULL };

	if (hak_load_relaxed(&found) == NULL)
		hak_store_relaxed(&found, hak_stack_symbol("dladdr"));
	*(void **)&find = hak_load_relaxed(&found);
	if (find == NULL || find((const void *)address, &info) == 0)
		return NULL;
	*start = (uintptr_t)info.dli_saddr;
	return info.dli_sname;
}
