// SPDX-License-Identifier: MIT
// hak-link: preload
// hak-cflags: -fsized-deallocation
// hak-opt: -O2
// A block deleted twice, an interior pointer deleted, a sized delete with the wrong size.
#include "fault.h"
#include <new>

static void twice(size_t size)
{
	void *p = hide(::operator new(size));

	void *again = hide(p);

	::operator delete(p);
	::operator delete(again);
}

static void inside(size_t size)
{
	::operator delete[](hide(static_cast<char *>(::operator new[](size)) + 16));
}

static void wrong_size(size_t size)
{
	::operator delete(hide(::operator new(size)), size * 2 + 20000);
}

FAULTS(DOUBLE_SIZES("deleted twice", twice), { "inside 64", inside, 64, "pointer inside a block" },
       { "inside 300 KiB", inside, KIB(300), "pointer inside a block" },
       ALL_SIZES("wrong size", wrong_size, "wrong size"))
