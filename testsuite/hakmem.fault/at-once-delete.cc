// SPDX-License-Identifier: MIT
/* hak-plain: expects the verdicts of other processes */
// hak-link: preload
// hak-cflags: -fsized-deallocation
// hak-opt: -O2
// hak-timeout: 120
// delete of what is no live block, or with a size or an alignment that it cannot have: told of in that call.
#include "at-once.h"
#include "sized.h"
#include <new>

static void *freed(size_t size)
{
	void *p = hide(::operator new(size)), *again = hide(p), *other = hide(::operator new(size));

	::operator delete(p);
	::operator delete(other);
	return again;
}

static void *live(size_t size)
{
	return hide(::operator new(size));
}

static void *not_smallest(size_t size)
{
	return size > 16 ? hide(::operator new(size)) : NULL;
}

static void *plus_16(size_t size)
{
	return size > 16 ? hide(static_cast<char *>(::operator new[](size)) + 16) : NULL;
}

static void *aligned(size_t size)
{
	return hide(::operator new(size, std::align_val_t(64)));
}

static void plainly(void *p, size_t)
{
	WRONG("delete", p, ::operator delete(hide(p)));
}

static void as_array(void *p, size_t)
{
	WRONG("delete", p, ::operator delete[](hide(p)));
}

static void sized(void *p, size_t size)
{
	WRONG("delete", p, ::operator delete(hide(p), hide_n(size)));
}

static void one_more(void *p, size_t)
{
	sized(p, malloc_usable_size(p) + 1);
}

static void smaller(void *p, size_t)
{
	sized(p, size_below(p));
}

static void array_half(void *p, size_t size)
{
	WRONG("delete", p, ::operator delete[](hide(p), hide_n(size / 2)));
}

static void aligned_more(void *p, size_t size)
{
	WRONG("delete", p, ::operator delete(hide(p), hide_n(size * 2 + 64), std::align_val_t(64)));
}

// Twice the largest alignment that the address has.
static std::align_val_t more_than_of(void *p)
{
	uintptr_t address = reinterpret_cast<uintptr_t>(p);

	return std::align_val_t(2 * (address & -address));
}

static void to_more(void *p, size_t size)
{
	WRONG("delete", p, ::operator delete(hide(p), hide_n(size), more_than_of(p)));
}

static void unsized_to_more(void *p, size_t)
{
	WRONG("delete", p, ::operator delete(hide(p), more_than_of(p)));
}

WRONGS({ "deleted twice", freed, plainly, DOUBLE_LARGE }, { "deleted twice, sized", freed, sized, DOUBLE_LARGE },
       { "+16", plus_16, as_array, INSIDE }, { "+16, sized", plus_16, sized, INSIDE },
       { "one class up", live, one_more, WRONG_SIZE }, { "one class down", not_smallest, smaller, WRONG_SIZE },
       { "half an array", not_smallest, array_half, WRONG_SIZE },
       { "aligned, twice the size", aligned, aligned_more, WRONG_SIZE },
       { "aligned, to more than it is", aligned, to_more, WRONG_ALIGNMENT },
       { "aligned, to more than it is, unsized", aligned, unsized_to_more, WRONG_ALIGNMENT })
