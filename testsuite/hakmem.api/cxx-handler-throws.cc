// SPDX-License-Identifier: MIT
// hak-link: preload
// A new_handler that throws bad_alloc: the nothrow forms of operator new return NULL all the same.
#include "check.h"
#include <new>

static int n_calls;

static void throws_bad_alloc()
{
	n_calls++;
	throw std::bad_alloc();
}

int main()
{
	size_t huge = hide_n(SIZE_MAX / 2 + 5);

	std::set_new_handler(throws_bad_alloc);
	CHECK(!hide(::operator new(huge, std::nothrow)));
	CHECK(!hide(::operator new[](huge, std::nothrow)));
	CHECK(!hide(::operator new(huge, std::align_val_t(64), std::nothrow)));
	CHECK(!hide(::operator new[](huge, std::align_val_t(64), std::nothrow)));
	CHECK(n_calls == 4, "%d calls", n_calls);
	return 0;
}
