// SPDX-License-Identifier: MIT
// hak-link: shared
// hak-cflags: -fsized-deallocation -std=gnu++17 -Wno-mismatched-new-delete
// hak-opt: -O2
// hak-timeout: 240
// profile:hardened: what malloc, new and new[] gave is freed by free, delete and delete[], each by its own.
#define CONF "profile:hardened,"
#include "fault.h"
#include <new>

static void malloc_delete(size_t size)
{
	::operator delete(block_of(size));
}

static void malloc_delete_array(size_t size)
{
	::operator delete[](block_of(size));
}

static void calloc_delete_sized(size_t size)
{
	::operator delete(hide(calloc(1, size)), size);
}

static void new_free(size_t size)
{
	free(hide(::operator new(size)));
}

static void new_quiet_free(size_t size)
{
	free(hide(::operator new(size, std::nothrow)));
}

static void new_aligned_free(size_t size)
{
	free(hide(::operator new(size, std::align_val_t(64))));
}

static void new_delete_array(size_t size)
{
	::operator delete[](hide(::operator new(size)));
}

static void new_array_free(size_t size)
{
	free(hide(::operator new[](size)));
}

static void new_array_quiet_free(size_t size)
{
	free(hide(::operator new[](size, std::nothrow)));
}

static void new_array_delete(size_t size)
{
	::operator delete(hide(::operator new[](size)));
}

static void new_array_aligned_delete(size_t size)
{
	::operator delete(hide(::operator new[](size, std::align_val_t(64))), std::align_val_t(64));
}

static void new_realloc(size_t size)
{
	(void)!realloc(hide(::operator new(size)), size + 1);
}

#define MALLOC "block of malloc"
#define NEW "block of new"
#define ARRAY "block of new\\[\\]"
#define SIZES(name, commit, verdict) \
	{ name " of 20", commit, 20, verdict }, { name " of 3000", commit, 3000, verdict }, \
		{ name " of 100,000", commit, 100000, verdict }

FAULTS(SIZES("malloc, delete", malloc_delete, MALLOC), SIZES("malloc, delete[]", malloc_delete_array, MALLOC),
       SIZES("calloc, sized delete", calloc_delete_sized, MALLOC), SIZES("new, free", new_free, NEW),
       SIZES("new(nothrow), free", new_quiet_free, NEW), SIZES("aligned new, free", new_aligned_free, NEW),
       SIZES("new, delete[]", new_delete_array, NEW), SIZES("new[], free", new_array_free, ARRAY),
       SIZES("new[](nothrow), free", new_array_quiet_free, ARRAY), SIZES("new[], delete", new_array_delete, ARRAY),
       SIZES("aligned new[], delete", new_array_aligned_delete, ARRAY), SIZES("new, realloc", new_realloc, NEW))
