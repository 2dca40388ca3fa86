// SPDX-License-Identifier: MIT
// hak-link: shared
// hak-conf: profile:hardened,on_error:report
// hak-cflags: -Wno-mismatched-new-delete
// hak-opt: -O2
// hak-stderr: ^hakmem: realloc\(0x[0-9a-f]+\): block of new \(class [0-9a-z]+, thread [0-9]+\)$
// What realloc() tells of a block, it tells once, whether the block stays, moves or cannot; then the block is as good as any.
#include "scenery.h"
#include <hakmem.h>
#include <new>

extern "C" size_t malloc_object_size(const void *ptr);

static uint64_t n_errors()
{
	struct hakmem_stats s;

	CHECK(hakmem_stats_get(&s, sizeof(s)) == sizeof(s));
	return s.n_errors;
}

// p, of old_size bytes, has one fault.
static void resize(unsigned char *p, size_t old_size, size_t size)
{
	uint64_t n = n_errors();
	unsigned char *old = (unsigned char *)hide(p), *q = (unsigned char *)hide(realloc(p, size));

	CHECK(n_errors() == n + 1, "%zu to %zu: %u errors", old_size, size, (unsigned)(n_errors() - n));
	if (size > MIB(1000)) {
		CHECK(q == NULL);
		q = old;
		size = old_size;
	}
	CHECK(q && malloc_usable_size(q) == size);
	CHECK(q == old || old_size > 65000 || malloc_object_size(old) == 0, "%zu to %zu: not freed", old_size, size);
	CHECK(filled_thin(q, old_size, 5) == old_size);
	free(q);
	CHECK(n_errors() == n + 1, "%zu to %zu: %u errors after the free", old_size, size, (unsigned)(n_errors() - n));
}

static void resize_both(size_t old_size, size_t size)
{
	unsigned char *p = (unsigned char *)hide(::operator new(old_size));

	fill_thin(p, old_size, 5);
	resize(p, old_size, size);
	CHECK(p = (unsigned char *)hide(malloc(old_size)));
	fill_thin(p, old_size, 5);
	p[old_size] ^= 0x55;
	resize(p, old_size, size);
}

int main()
{
	resize_both(100, 104);
	resize_both(100, 3000);
	resize_both(100, 100000);
	resize_both(5000, 5004);
	resize_both(5000, 60000);
	resize_both(100000, 100004);
	resize_both(100000, 300000);
	resize_both(100, (size_t)PTRDIFF_MAX / 2);
	resize_both(100000, (size_t)PTRDIFF_MAX / 2);
	CHECK(hakmem_check() == 0);
	return 0;
}
