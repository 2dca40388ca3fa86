/* SPDX-License-Identifier: MIT */
/*
 * Owns: another process, looked at without its help: where its libhakmem is, what its memory holds, and why not if it may not
 *       be looked at. It is not stopped: what is read may change meanwhile.
 */
#ifndef HAK_TOOLS_TARGET_H
#define HAK_TOOLS_TARGET_H

#include <stdio.h>
#include <sys/types.h>

#include "hakmem.h"
#include "watch/inside.h"

#define TARGET_PAGE 4096  /* what is read at a time */
#define TARGET_PAGES 256  /* kept, by address */

struct target {
	pid_t pid;
	char name[HAK_PROGRAM_SIZE];
	uint64_t object[HAK_N_INSIDE]; /* their addresses there */
	struct hak_inside inside;
	int memory;                    /* /proc/PID/mem, where process_vm_readv() is not allowed; -1: not open */
	int pagemap;                   /* /proc/PID/pagemap, or -1 */
	bool is_lost;                  /* something could not be read */
	struct {
		uint64_t address;          /* 0: none */
		size_t size;
		char bytes[TARGET_PAGE];
	} page[TARGET_PAGES];
	char trouble[1024];            /* why target_open() failed: lines */
	bool is_foreign;               /* ... since it is not under libhakmem */
};

/* False: t->trouble says why. To be closed in any case. */
bool target_open(struct target *t, pid_t pid);
/* Finds the page that it publishes, and nothing else. */
bool target_open_page(struct target *t, pid_t pid, uint64_t *address);

void target_close(struct target *t);

/* Forgets what was read: the process has gone on. */
void target_refresh(struct target *t);

/* Copies size bytes from address; false, and zeroes: they cannot be read. */
bool target_read(struct target *t, uint64_t address, void *to, size_t size);

/* A word, as wide as a pointer there; a number of 4, and of 8 bytes. 0 where it cannot be read. */
uint64_t target_word(struct target *t, uint64_t address);
uint32_t target_u32(struct target *t, uint64_t address);
uint64_t target_u64(struct target *t, uint64_t address);

/* Bytes of [address, address + size) that are resident; all of them, where the kernel does not say. */
uint64_t target_resident(struct target *t, uint64_t address, uint64_t size);

/* A line of /proc/PID/status that begins with key: the number in it. */
bool target_status(pid_t pid, const char *key, uint64_t *number);

#endif
