// SPDX-License-Identifier: MIT
// hak-link: none
// hak-cflags: -std=c++17
// hakmem.hpp's allocator in a program that has another malloc: it works, and tells of no more than was asked for.
#include "cxx-header.h"

int main()
{
	check_least(false);
	check_aligned<16>();
	check_aligned<64>();
	check_too_much();
	return 0;
}
