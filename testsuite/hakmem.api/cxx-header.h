/* SPDX-License-Identifier: MIT */
/* hakmem.hpp at work: containers on the resource and by the allocator, with every alignment; what a block has room for may
 * be used, and the block be given back by any of its sizes. */
#include "check.h"
#include <hakmem.hpp>
#include <list>
#include <string>
#include <vector>

template <std::size_t N> struct alignas(N) aligned {
	char text[N];
};

/* Under another malloc: there is none of libhakmem's to tell more. */
static void check_least(bool is_ours)
{
	hakmem::allocator<char> chars;
	bool is_more = false;

	for (std::size_t n = 0; n < 300000; n += n / 3 + 1) {
		auto got = chars.allocate_at_least(n);

		CHECK(got.ptr && got.count >= n, "%zu", n);
		memset(hide(got.ptr), 1, got.count);
		is_more = is_more || got.count > n;
		if (is_ours)
			CHECK(got.count == malloc_usable_size(got.ptr), "%zu: %zu", n, got.count);
		else
			CHECK(got.count == n);
		chars.deallocate(got.ptr, n % 2 ? n : got.count);
	}
	CHECK(is_more == is_ours);
}

template <std::size_t N> static void check_aligned()
{
	hakmem::allocator<aligned<N>> wide;

	for (std::size_t n = 1; n < 100000 / N + 2; n += n / 2 + 1) {
		auto got = wide.allocate_at_least(n);

		CHECK(got.count >= n && (uintptr_t)hide(got.ptr) % N == 0, "%zu x %zu", n, N);
		memset(got.ptr, 2, got.count * N);
		wide.deallocate(got.ptr, n % 2 ? n : got.count);
	}
}

static void check_too_much()
{
	hakmem::allocator<long> longs;
	bool is_caught = false;

	try {
		longs.allocate_at_least(hide_n(SIZE_MAX / 4));
	} catch (const std::bad_alloc &) {
		is_caught = true;
	}
	CHECK(is_caught);
}
