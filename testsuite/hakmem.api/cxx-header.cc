// SPDX-License-Identifier: MIT
/* hak-plain: expects sizes of classes */
// hak-link: shared
// hak-cflags: -std=c++17
// hakmem.hpp in a program that is linked with the library.
#include "cxx-header.h"

int main()
{
	std::pmr::memory_resource *r = hakmem::resource();
	std::pmr::vector<std::pmr::string> strings(r);
	std::list<int, hakmem::allocator<int>> numbers;
	bool is_caught = false;
	void *p;

	for (int i = 0; i < 20000; i++) {
		strings.emplace_back((size_t)(i % 300), 'x');
		numbers.push_back(i);
	}
	CHECK(strings[299].size() == 299 && numbers.back() == 19999);
	for (std::size_t alignment = 1; alignment <= 65536; alignment *= 2) {
		for (std::size_t size = 1; size < 600000; size += size / 2 + 7) {
			p = hide(r->allocate(size, alignment));
			CHECK((uintptr_t)p % alignment == 0, "%zu", alignment);
			CHECK(hakmem_malloc_usable_size(p) >= size);
			r->deallocate(p, size, alignment);
		}
	}
	CHECK(r->is_equal(*hakmem::resource()) && !r->is_equal(*std::pmr::new_delete_resource()));
	try {
		p = hide(r->allocate(hide_n(SIZE_MAX / 4), 8));
	} catch (const std::bad_alloc &) {
		is_caught = true;
	}
	CHECK(is_caught);
	check_least(true);
	check_aligned<16>();
	check_aligned<64>();
	check_aligned<4096>();
	check_too_much();
	return 0;
}
