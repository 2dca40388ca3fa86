/* SPDX-License-Identifier: MIT */
/*
 * Owns: a look at another thread of this process from outside, through /proc/self/task: is it asleep in a system call,
 *       where, what lies on its stack, and has it run since?
 * Threads: any; each look is its caller's own. Locks: none.
 * L1 If open finds the thread asleep and again finds the same, it did not run in between: every run adds to the
 *    numbers of schedstat, and the second look finds it asleep, so that a run would be over and counted.
 * Where /proc is missing, or not to be read, every answer is no.
 */
#ifndef HAK_OS_LOOK_H
#define HAK_OS_LOOK_H

#include "base/attr.h"

#define HAK_LOOK_RAN 96   /* bytes of schedstat: three numbers */
#define HAK_LOOK_WHERE 256 /* bytes of syscall: a number and eight addresses */

struct hak_look {
	uint32_t tid;
	int ran_file, where_file;
	uintptr_t sp, pc;
	char ran[HAK_LOOK_RAN];     /* how long it has run, and how often */
	char where[HAK_LOOK_WHERE]; /* the system call, sp and pc */
};

/* True: the thread is asleep in a system call that does not lend its stack to a child, and l->sp and l->pc are its;
 * hak_look_close() must follow. False: it is not, or cannot be seen. */
bool hak_look_open(struct hak_look *l, uint32_t tid);

/* Has it slept ever since (L1)? */
bool hak_look_again(struct hak_look *l);

void hak_look_close(struct hak_look *l);

struct hak_look_range {
	uintptr_t low, high; /* from low, up to but without high */
};

/* Is memory from `from` to `to` readable, and no word in it an address in either of the two ranges? */
bool hak_look_is_free_of(uintptr_t from, uintptr_t to, const struct hak_look_range ranges[2]);

/* Where the stack of the program's first thread begins, at its upper end; 0: not known. */
uintptr_t hak_look_first_stack(void);

/* Gives the calling thread a table of files of its own, empty: what it opens has no effect on the program's numbers, and
 * no fork inherits it. Linux 5.9; false before. */
bool hak_look_leave_files(void);

#endif
