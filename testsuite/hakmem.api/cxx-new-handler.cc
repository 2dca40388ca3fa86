// SPDX-License-Identifier: MIT
// hak-link: preload
// operator new calls the new_handler until it gives up: by none, by an exception, in nothrow forms too.
#include "check.h"
#include <new>

static int n_calls;

static void gives_up()
{
	if (++n_calls == 3)
		std::set_new_handler(nullptr);
}

struct own_error {};

static void throws_own()
{
	n_calls++;
	throw own_error();
}

static char *reserve;

static void makes_room()
{
	n_calls++;
	free(reserve);
	reserve = nullptr;
	std::set_new_handler(nullptr);
}

int main()
{
	size_t huge = hide_n(SIZE_MAX / 2 + 5);
	bool caught = false;

	std::set_new_handler(gives_up);
	try {
		hide(::operator new(huge));
	} catch (const std::bad_alloc &) {
		caught = true;
	}
	CHECK(caught && n_calls == 3, "%d calls", n_calls);

	n_calls = 0;
	std::set_new_handler(gives_up);
	CHECK(!hide(::operator new(huge, std::nothrow)));
	CHECK(n_calls == 3, "%d calls of the nothrow form", n_calls);

	n_calls = 0;
	caught = false;
	std::set_new_handler(throws_own);
	try {
		hide(::operator new[](huge, std::align_val_t(256)));
	} catch (const own_error &) {
		caught = true;
	}
	CHECK(caught && n_calls == 1);

	n_calls = 0;
	reserve = (char *)malloc(1000);
	std::set_new_handler(makes_room);
	CHECK(!hide(::operator new(huge, std::nothrow)));
	CHECK(n_calls == 1 && !reserve);
	return 0;
}
