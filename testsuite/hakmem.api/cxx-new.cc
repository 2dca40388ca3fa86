// SPDX-License-Identifier: MIT
// hak-link: preload
// hak-cflags: -fsized-deallocation
// Every form of operator new gives blocks aligned as asked, and every delete takes them back.
#include "check.h"
#include <new>

template <size_t Align> struct alignas(Align) thing {
	char data[Align * 2];
};

template <size_t Align> static void check()
{
	auto *one = new thing<Align>;
	auto *many = new thing<Align>[7];
	auto *maybe = new (std::nothrow) thing<Align>;

	CHECK(one && many && maybe);
	CHECK((uintptr_t)one % Align == 0 && (uintptr_t)many % Align == 0 && (uintptr_t)maybe % Align == 0,
	      "%zu", Align);
	memset(many->data, 1, sizeof(*many) * 7);
	delete one;
	delete[] many;
	delete maybe;
}

int main()
{
	for (size_t n : tier_sizes) {
		void *p[8];

		p[0] = ::operator new(n);
		p[1] = ::operator new[](n);
		p[2] = ::operator new(n, std::nothrow);
		p[3] = ::operator new[](n, std::nothrow);
		p[4] = ::operator new(n, std::align_val_t(64));
		p[5] = ::operator new[](n, std::align_val_t(128));
		p[6] = ::operator new(n, std::align_val_t(32), std::nothrow);
		p[7] = ::operator new[](n, std::align_val_t(4096), std::nothrow);
		for (size_t i = 0; i < 8; i++) {
			CHECK(p[i]);
			CHECK(malloc_usable_size(p[i]) >= n, "form %zu, size %zu: another allocator's block?",
			      i, n);
			fill_thin(p[i], n, i);
		}
		for (size_t i = 0; i < 8; i++)
			CHECK(filled_thin(p[i], n, i) == n);
		CHECK((uintptr_t)p[4] % 64 == 0 && (uintptr_t)p[5] % 128 == 0 && (uintptr_t)p[6] % 32 == 0 &&
		      (uintptr_t)p[7] % 4096 == 0);
		::operator delete(p[0]);
		::operator delete[](p[1]);
		::operator delete(p[2], std::nothrow);
		::operator delete[](p[3], std::nothrow);
		::operator delete(p[4], std::align_val_t(64));
		::operator delete[](p[5], std::align_val_t(128));
		::operator delete(p[6], std::align_val_t(32), std::nothrow);
		::operator delete[](p[7], std::align_val_t(4096), std::nothrow);
		::operator delete(::operator new(n), n);
		::operator delete[](::operator new[](n), n);
		::operator delete(::operator new(n, std::align_val_t(64)), n, std::align_val_t(64));
		::operator delete[](::operator new[](n, std::align_val_t(64)), n, std::align_val_t(64));
	}
	::operator delete(nullptr);
	::operator delete[](nullptr);
	::operator delete(nullptr, 5);
	::operator delete(nullptr, std::align_val_t(64));
	check<8>();
	check<16>();
	check<32>();
	check<64>();
	check<4096>();
	check<65536>();
	return 0;
}
