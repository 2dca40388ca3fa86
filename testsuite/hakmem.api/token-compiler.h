// SPDX-License-Identifier: MIT
// For token-compiler.sh: what a compiler with -fsanitize=alloc-token makes of this.
#include "check.h"
#include <map>
#include <memory>
#include <new>
#include <string>

struct plain {
	int a[12];
};
struct linked {
	linked *next;
	int a[10];
};

static uintptr_t slice(const void *p)
{
	return (uintptr_t)p >> 16;
}

int main()
{
	void *data[8], *pointers[8];
	std::map<std::string, std::unique_ptr<linked>> map;

	data[0] = hide(malloc(sizeof(plain)));
	data[1] = hide(calloc(1, sizeof(plain)));
	data[2] = hide(realloc(hide(nullptr), sizeof(plain)));
	data[3] = hide(aligned_alloc(16, sizeof(plain)));
	data[4] = hide(new plain);
	data[5] = hide(new plain[1]);
	data[6] = hide(new (std::nothrow) plain);
	data[7] = hide(memalign(16, sizeof(plain)));
	pointers[0] = hide(malloc(sizeof(linked)));
	pointers[1] = hide(calloc(1, sizeof(linked)));
	pointers[2] = hide(realloc(hide(nullptr), sizeof(linked)));
	pointers[3] = hide(aligned_alloc(16, sizeof(linked)));
	pointers[4] = hide(new linked);
	pointers[5] = hide(new linked[1]);
	pointers[6] = hide(new (std::nothrow) linked);
	pointers[7] = hide(memalign(16, sizeof(linked)));
	for (void *p : data)
		for (void *q : pointers)
			CHECK(slice(p) != slice(q), "%p and %p", p, q);
	for (int i = 0; i < 10000; i++)
		map[std::to_string(i * 7919 % 10007) + " and then some more, so that it needs a block"].reset(new linked());
	for (const auto &[name, value] : map)
		CHECK(value->next == nullptr && name.size() > 20);
	for (int i = 0; i < 4; i++) {
		free(data[i]);
		free(pointers[i]);
	}
	free(data[7]);
	free(pointers[7]);
	delete (plain *)data[4];
	delete (linked *)pointers[4];
	delete[] (plain *)data[5];
	delete[] (linked *)pointers[5];
	delete (plain *)data[6];
	delete (linked *)pointers[6];
	return 0;
}
