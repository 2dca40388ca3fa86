// SPDX-License-Identifier: MIT
// hak-link: preload
// Constructors and destructors of static and thread_local objects allocate, at thread and program exit.
// hak-stdout: ^static gone$
#include "check.h"
#include <map>
#include <string>
#include <thread>
#include <vector>

struct keeper {
	std::map<int, std::string> content;
	const char *name;

	explicit keeper(const char *n) : name(n)
	{
		for (int i = 0; i < 200; i++)
			content[i] = std::string((size_t)i * 10, 'x');
	}
	~keeper()
	{
		std::vector<std::string> copy;

		for (auto &entry : content)
			copy.push_back(entry.second + "y");
		CHECK(copy.size() == 200 && copy[199].size() == 1991);
		if (name)
			dprintf(1, "%s gone\n", name);
	}
};

static keeper global("static");
static thread_local keeper local(nullptr);

int main()
{
	for (int round = 0; round < 10; round++) {
		std::vector<std::thread> threads;

		for (int i = 0; i < 8; i++)
			threads.emplace_back([] { CHECK(local.content.size() == 200); });
		for (auto &thread : threads)
			thread.join();
	}
	CHECK(local.content.size() == 200 && global.content.size() == 200);
	return 0;
}
