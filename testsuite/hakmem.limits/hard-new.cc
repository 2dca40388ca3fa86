// SPDX-License-Identifier: MIT
/* hak-plain: expects sizes of classes */
// hak-link: shared
// hak-conf: limit_hard:64M
// operator new beyond limit_hard throws bad_alloc, the nothrow form returns NULL, and both go on afterwards.
#include "check.h"
#include <new>
#include <vector>

int main()
{
	for (size_t size : { size_t(100), size_t(100000), MIB(6) }) {
		std::vector<char *> blocks;
		size_t sum = 0;

		blocks.reserve(MIB(64) / size + 1);
		try {
			for (; sum < MIB(70); sum += size)
				blocks.push_back(new char[size]);
		} catch (const std::bad_alloc &) {
			CHECK(sum >= MIB(48), "%zu", sum);
		}
		CHECK(sum < MIB(70), "never refused");
		CHECK(!new (std::nothrow) char[MIB(20)]);
		for (char *block : blocks)
			delete[] block;
		char *p = new char[MIB(20)];
		CHECK(hide(p));
		delete[] p;
	}
	return 0;
}
