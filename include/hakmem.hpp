/* SPDX-License-Identifier: MIT */
/**
 * @file hakmem.hpp
 * @brief libhakmem for C++17 and later: a std::pmr::memory_resource, and an allocator that tells how much it gave.
 * @since 1.1
 */
#ifndef HAKMEM_HPP
#define HAKMEM_HPP

#include <hakmem.h>

#include <cstddef>
#include <limits>
#include <memory>
#include <memory_resource>
#include <new>

extern "C" {
/** What __size_returning_new() gives: a block, and how many bytes of it may be used. */
struct __sized_ptr_t {
	void *p;
	size_t n;
};
/* Weak: with another malloc there may be none. */
__attribute__((weak)) __sized_ptr_t __size_returning_new(size_t size);
__attribute__((weak)) __sized_ptr_t __size_returning_new_aligned(size_t size, std::align_val_t alignment);
}

namespace hakmem {

/** Blocks of libhakmem's under its own names, whatever malloc the program has. */
class memory_resource final : public std::pmr::memory_resource {
	void *do_allocate(std::size_t size, std::size_t alignment) override
	{
		void *p = alignment <= alignof(std::max_align_t) ? hakmem_malloc(size) :
			hakmem_aligned_alloc(alignment, size);
		if (p == nullptr)
			throw std::bad_alloc();
		return p;
	}
	void do_deallocate(void *p, std::size_t size, std::size_t alignment) override
	{
		if (alignment <= alignof(std::max_align_t))
			hakmem_free_sized(p, size);
		else
			hakmem_free_aligned_sized(p, alignment, size);
	}
	bool do_is_equal(const std::pmr::memory_resource &other) const noexcept override { return this == &other; }
};

/** The one resource. It lives as long as the process: objects that are destroyed last may use it. */
inline std::pmr::memory_resource *resource() noexcept
{
	alignas(memory_resource) static unsigned char room[sizeof(memory_resource)];
	static memory_resource *const made = ::new (static_cast<void *>(room)) memory_resource;
	return made;
}

#if defined(__cpp_lib_allocate_at_least)
template <class Pointer> using allocation_result = std::allocation_result<Pointer, std::size_t>;
#else
/** As std::allocation_result of C++23. */
template <class Pointer> struct allocation_result {
	Pointer ptr;
	std::size_t count;
};
#endif

/** As std::allocator, by operator new and delete; allocate_at_least() tells of all that the block has room for. */
template <class T> struct allocator {
	using value_type = T;

	allocator() = default;
	template <class U> constexpr allocator(const allocator<U> &) noexcept {}

	allocation_result<T *> allocate_at_least(std::size_t count)
	{
		constexpr bool is_over = alignof(T) > __STDCPP_DEFAULT_NEW_ALIGNMENT__;
		__sized_ptr_t block;

		if (count > static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max()) / sizeof(T))
			throw std::bad_array_new_length();
		if (is_over ? __size_returning_new_aligned == nullptr : __size_returning_new == nullptr)
			return { std::allocator<T>().allocate(count), count };
		block = is_over ? __size_returning_new_aligned(count * sizeof(T), std::align_val_t(alignof(T))) :
			__size_returning_new(count * sizeof(T));
		return { static_cast<T *>(block.p), block.n / sizeof(T) };
	}
	T *allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
	/** count: any number from that asked for to that told. */
	void deallocate(T *p, std::size_t count) noexcept { std::allocator<T>().deallocate(p, count); }

	template <class U> friend constexpr bool operator==(const allocator &, const allocator<U> &) noexcept { return true; }
	template <class U> friend constexpr bool operator!=(const allocator &, const allocator<U> &) noexcept { return false; }
};

}

#endif
