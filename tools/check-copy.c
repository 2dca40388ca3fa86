/* SPDX-License-Identifier: MIT */
/*
 * What hakmem-run --check-copy preloads after the library: memcpy() and its kin, and what the compiler makes of them with
 * _FORTIFY_SOURCE. If the destination lies in memory of the library's, they may not write past the end of its block.
 *
 * Until this object's constructor has run, nothing is checked, and bytes are copied one by one: to find the C library's
 * functions, the dynamic linker may need memset() itself. The library's own calls are not checked: it clears free blocks.
 */
#undef _FORTIFY_SOURCE /* which has its own inline definitions of what is defined here */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "hakmem.h"

/* If ld.so preloaded this but not the library, nothing is checked. */
#pragma weak hakmem_malloc_object_size
#pragma weak hakmem_option_get

#define EXPORT __attribute__((visibility("default")))
#define NEAR_NULL 4096 /* there, the program is to get its SIGSEGV; that to is not NULL is what the compiler believes */
#define N_SITES 64 /* places remembered; beyond that, every fault is written */

typedef void *move_function(void *to, const void *from, size_t n);
typedef void *set_function(void *to, int c, size_t n);

static move_function *move; /* any: NULL until the constructor has run */
static set_function *set;   /* any: the same */
static uintptr_t library_start, library_end; /* const once move is set; both 0: no library */

static void *copy(void *to, const void *from, size_t n)
{
	move_function *real = __atomic_load_n(&move, __ATOMIC_ACQUIRE);
	const volatile char *f = from;
	volatile char *t = to;

	if (real != NULL)
		return real(to, from, n);
	for (size_t i = 0; i < n; i++) {
		size_t at = (uintptr_t)to > (uintptr_t)from ? n - 1 - i : i;

		t[at] = f[at];
	}
	return to;
}

static void *fill(void *to, int c, size_t n)
{
	set_function *real = __atomic_load_n(&set, __ATOMIC_ACQUIRE);
	volatile char *t = to;

	if (real != NULL)
		return real(to, c, n);
	for (size_t i = 0; i < n; i++)
		t[i] = (char)c;
	return to;
}

static int find_library(struct dl_phdr_info *object, size_t size, void *nothing)
{
	uintptr_t wanted = (uintptr_t)&hakmem_malloc_object_size;

	(void)size;
	(void)nothing;
	for (unsigned i = 0; i < object->dlpi_phnum; i++) {
		uintptr_t start = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;

		if (object->dlpi_phdr[i].p_type == PT_LOAD && wanted - start < object->dlpi_phdr[i].p_memsz) {
			library_start = start;
			library_end = start + object->dlpi_phdr[i].p_memsz;
			return 1;
		}
	}
	return 0;
}

static void __attribute__((constructor)) start(void)
{
	if (&hakmem_malloc_object_size != NULL && &hakmem_option_get != NULL)
		dl_iterate_phdr(find_library, NULL);
	__atomic_store_n(&set, (set_function *)dlsym(RTLD_NEXT, "memset"), __ATOMIC_RELEASE);
	__atomic_store_n(&move, (move_function *)dlsym(RTLD_NEXT, "memmove"), __ATOMIC_RELEASE);
}

/* The block's first byte, of which the address in it, where room bytes are left, is one. A block is contiguous: whether an
 * address before it is in it, too, can be bisected. */
static uintptr_t find_block(uintptr_t in, size_t room)
{
	uintptr_t end = in + room, below = 0;

	while (in - below > 1) {
		uintptr_t at = below + (in - below) / 2;

		if (hakmem_malloc_object_size((const void *)at) == end - at)
			in = at;
		else
			below = at;
	}
	return in;
}

static bool is_new_site(uintptr_t site)
{
	static uintptr_t sites[N_SITES]; /* any: 0 unused */

	for (unsigned i = 0; i < N_SITES; i++) {
		uintptr_t seen = 0;

		if (__atomic_compare_exchange_n(&sites[i], &seen, site, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return true;
		if (seen == site)
			return false;
	}
	return true;
}

/* As the library reports bad frees. */
static void __attribute__((noinline)) tell(const char *name, const void *to, size_t n, size_t room, const void *site)
{
	uintptr_t block = room > 0 ? find_block((uintptr_t)to, room) : 0;
	char answer[8];
	struct hak_text t;

	hakmem_option_get("on_error", answer, sizeof answer);
	if (answer[0] == 'r' && !is_new_site((uintptr_t)site))
		return;
	hak_text_open_line(&t);
	hak_text_add(&t, "hakmem: ");
	hak_text_add(&t, name);
	hak_text_add(&t, "(");
	hak_text_add_hex(&t, (uintptr_t)to);
	hak_text_add(&t, "): ");
	if (room > 0) {
		hak_text_add(&t, "overflow by ");
		hak_text_add_number(&t, n - room);
		hak_text_add(&t, " bytes (block of ");
		hak_text_add_number(&t, (uintptr_t)to - block + room);
		hak_text_add(&t, " at ");
		hak_text_add_hex(&t, block);
		hak_text_add(&t, ", thread ");
	} else {
		hak_text_add_number(&t, n);
		hak_text_add(&t, " bytes into no live block (thread ");
	}
	hak_text_add_number(&t, (uint64_t)syscall(SYS_gettid));
	hak_text_add(&t, ")\n");
	hak_text_close(&t);
	if (answer[0] != 'r')
		abort();
}

static void check(const char *name, const void *to, size_t n, const void *site)
{
	size_t room;

	if (n == 0 || (uintptr_t)to < NEAR_NULL || __atomic_load_n(&move, __ATOMIC_ACQUIRE) == NULL || library_end == 0)
		return;
	room = hakmem_malloc_object_size(to);
	if (__builtin_expect(room < n, 0) && (uintptr_t)site - library_start >= library_end - library_start)
		tell(name, to, n, room, site);
}

#ifdef __GLIBC__
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
extern void __chk_fail(void) __attribute__((noreturn));
#endif

/* A buffer that the compiler knows holds most bytes. */
static void bound(size_t n, size_t most)
{
#ifdef __GLIBC__
	if (n > most)
		__chk_fail();
#else
	(void)n, (void)most;
#endif
}

/* Defines a function that writes k bytes at to, and the one that _FORTIFY_SOURCE calls. */
#define FUNCTION(type, name, n_bytes, result, ...) \
	EXPORT type name(__VA_ARGS__) \
	{ \
		size_t k = n_bytes; \
\
		check(#name, to, k, __builtin_return_address(0)); \
		return result; \
	} \
	EXPORT type __##name##_chk(__VA_ARGS__, size_t most); \
	EXPORT type __##name##_chk(__VA_ARGS__, size_t most) \
	{ \
		size_t k = n_bytes; \
\
		bound(k, most); \
		check(#name, to, k, __builtin_return_address(0)); \
		return result; \
	}

static char *copy_padded(char *to, const char *from, size_t n)
{
	size_t length = strnlen(from, n);

	copy(to, from, length);
	fill(to + length, 0, n - length);
	return to + length;
}

static char *append(char *to, const char *from, size_t n)
{
	size_t length = strlen(to), more = strnlen(from, n);

	copy(to + length, from, more);
	to[length + more] = '\0';
	return to;
}

#define TO_FROM char *restrict to, const char *restrict from

FUNCTION(void *, memcpy, n, copy(to, from, k), void *restrict to, const void *restrict from, size_t n)
FUNCTION(void *, memmove, n, copy(to, from, k), void *to, const void *from, size_t n)
FUNCTION(void *, mempcpy, n, (char *)copy(to, from, k) + k, void *restrict to, const void *restrict from, size_t n)
FUNCTION(void *, memset, n, fill(to, c, k), void *to, int c, size_t n)
FUNCTION(char *, strcpy, strlen(from) + 1, copy(to, from, k), TO_FROM)
FUNCTION(char *, stpcpy, strlen(from) + 1, (char *)copy(to, from, k) + k - 1, TO_FROM)
FUNCTION(char *, strcat, strlen(to) + strlen(from) + 1, append(to, from, SIZE_MAX), TO_FROM)
FUNCTION(char *, strncpy, n, (copy_padded(to, from, k), to), TO_FROM, size_t n)
FUNCTION(char *, stpncpy, n, copy_padded(to, from, k), TO_FROM, size_t n)
FUNCTION(char *, strncat, strlen(to) + strnlen(from, n) + 1, append(to, from, n), TO_FROM, size_t n)
