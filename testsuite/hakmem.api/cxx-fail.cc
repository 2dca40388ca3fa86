// SPDX-License-Identifier: MIT
// hak-link: preload
// operator new that fails throws std::bad_alloc, the nothrow forms return NULL.
#include "check.h"
#include <initializer_list>
#include <new>

#define THROWS(what) \
	do { \
		bool thrown_ = false; \
		try { \
			hide(what); \
		} catch (const std::bad_alloc &) { \
			thrown_ = true; \
		} \
		CHECK(thrown_, "no bad_alloc"); \
	} while (0)

int main()
{
	for (size_t n :
	     { (size_t)PTRDIFF_MAX / (sizeof(size_t) > 4 ? 32768 : 1), (size_t)PTRDIFF_MAX, (size_t)PTRDIFF_MAX + 1, SIZE_MAX - 4096, SIZE_MAX }) {
		n = hide_n(n);
		THROWS(::operator new(n));
		THROWS(::operator new[](n));
		THROWS(::operator new(n, std::align_val_t(64)));
		THROWS(::operator new[](n, std::align_val_t(64)));
		CHECK(!hide(::operator new(n, std::nothrow)));
		CHECK(!hide(::operator new[](n, std::nothrow)));
		CHECK(!hide(::operator new(n, std::align_val_t(64), std::nothrow)));
		CHECK(!hide(::operator new[](n, std::align_val_t(64), std::nothrow)));
	}
	void *p = hide(::operator new(100));

	CHECK(p);
	::operator delete(p);
	return 0;
}
