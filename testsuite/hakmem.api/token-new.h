// SPDX-License-Identifier: MIT
// Each operator new that LLVM's -fsanitize=alloc-token calls: aligned, apart by token, freed by the delete that belongs to it,
// and with the operator's own behaviour where there is no memory.
#include "check.h"
#include <initializer_list>
#include <new>

#if defined(ONE)
/* token-new-fast.cc */
#elif __SIZEOF_SIZE_T__ == 8
#define ONE(suffix) __alloc_token__Znwm##suffix
#define MANY(suffix) __alloc_token__Znam##suffix
#else
#define ONE(suffix) __alloc_token__Znwj##suffix
#define MANY(suffix) __alloc_token__Znaj##suffix
#endif

extern "C" {
void *ONE()(size_t, size_t);
void *MANY()(size_t, size_t);
void *ONE(RKSt9nothrow_t)(size_t, const std::nothrow_t &, size_t);
void *MANY(RKSt9nothrow_t)(size_t, const std::nothrow_t &, size_t);
void *ONE(St11align_val_t)(size_t, size_t, size_t);
void *MANY(St11align_val_t)(size_t, size_t, size_t);
void *ONE(St11align_val_tRKSt9nothrow_t)(size_t, size_t, const std::nothrow_t &, size_t);
void *MANY(St11align_val_tRKSt9nothrow_t)(size_t, size_t, const std::nothrow_t &, size_t);
}

static int n_handled;

static void handler()
{
	if (++n_handled == 3)
		std::set_new_handler(nullptr);
}

template <class F> static bool throws(F f)
{
	n_handled = 0;
	std::set_new_handler(handler);
	try {
		hide(f());
	} catch (const std::bad_alloc &) {
		return n_handled == 3;
	}
	return false;
}

static uintptr_t slice(void *p)
{
	return (uintptr_t)p >> 16;
}

static void check_size(size_t n)
{
	void *p[8], *q[8];
	const std::nothrow_t &t = std::nothrow;

	for (size_t id = 0; id < 2; id++) {
		void **b = id == 0 ? p : q;

		b[0] = hide(ONE()(n, id));
		b[1] = hide(ONE(RKSt9nothrow_t)(n, t, id));
		b[2] = hide(ONE(St11align_val_t)(n, 64, id));
		b[3] = hide(ONE(St11align_val_tRKSt9nothrow_t)(n, 4096, t, id));
		b[4] = hide(MANY()(n, id));
		b[5] = hide(MANY(RKSt9nothrow_t)(n, t, id));
		b[6] = hide(MANY(St11align_val_t)(n, 64, id));
		b[7] = hide(MANY(St11align_val_tRKSt9nothrow_t)(n, 4096, t, id));
		for (int i = 0; i < 8; i++) {
			CHECK(b[i] != nullptr && (uintptr_t)b[i] % (i % 4 < 2 ? 16 : i % 4 == 2 ? 64 : 4096) == 0);
			memset(b[i], 7, n);
		}
	}
	for (int i = 0; i < 8; i++)
		for (int k = 0; n < 60000 && k < 8; k++)
			CHECK(slice(p[i]) != slice(q[k]), "%zu: %p and %p", n, p[i], q[k]);
	for (void **b : { p, q }) {
		::operator delete(b[0]);
		::operator delete(b[1], n);
		::operator delete(b[2], std::align_val_t(64));
		::operator delete(b[3], n, std::align_val_t(4096));
		::operator delete[](b[4]);
		::operator delete[](b[5], n);
		::operator delete[](b[6], std::align_val_t(64));
		::operator delete[](b[7], n, std::align_val_t(4096));
	}
}

int main()
{
	for (size_t n : tier_sizes)
		check_size(n);
	for (size_t id = 0; id < 2; id++) {
		CHECK(throws([=] { return ONE()(SIZE_MAX, id); }) && throws([=] { return MANY()(SIZE_MAX - 100, id); }));
		CHECK(throws([=] { return ONE(St11align_val_t)(SIZE_MAX, 64, id); }));
		CHECK(throws([=] { return MANY(St11align_val_t)(100, 24, id); }));
		std::set_new_handler(handler);
		n_handled = 0;
		CHECK(ONE(RKSt9nothrow_t)(SIZE_MAX, std::nothrow, id) == nullptr && n_handled == 3);
		CHECK(MANY(RKSt9nothrow_t)(SIZE_MAX, std::nothrow, id) == nullptr);
		CHECK(ONE(St11align_val_tRKSt9nothrow_t)(100, 24, std::nothrow, id) == nullptr);
		CHECK(MANY(St11align_val_tRKSt9nothrow_t)(SIZE_MAX, 64, std::nothrow, id) == nullptr);
	}
	return 0;
}
