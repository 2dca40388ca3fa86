/* SPDX-License-Identifier: MIT */
/*
 * Owns: what is known of an address of code: the program or library, its build id, the function's name.
 * Threads: any, but not signal handlers: the dynamic linker's locks are taken inside. Locks: none of ours.
 */
#ifndef HAK_WATCH_MODULES_H
#define HAK_WATCH_MODULES_H

#include "conf/limits.h"

/* An executable segment of a file. */
struct hak_module {
	uintptr_t start, end;   /* where it is mapped */
	uint64_t offset;        /* of start in the file */
	uint32_t n_build_id;    /* bytes; 0: it has none */
	uint8_t build_id[HAK_BUILD_ID_MOST];
	char name[HAK_MODULE_NAME];
};

/* Fills in up to HAK_MODULES_MOST modules, the program's first. Returns how many. */
size_t hak_modules_get(struct hak_module *modules);

/* The module of an address, or NULL. */
const struct hak_module *hak_modules_find(const struct hak_module *modules, size_t n, uintptr_t address);

/* The name of the function at an address, if the dynamic linker knows it, and its first byte; otherwise NULL. */
const char *hak_modules_function(uintptr_t address, uintptr_t *start);

#endif
