/* SPDX-License-Identifier: MIT */
/*
 * probe: which allocator is this? Prints, as one JSON line, the file malloc comes from and the version
 * the allocator gives of itself, if it is one of those that can. Exits 1 if malloc and free come from
 * different files.
 */
#include "bench.h"

/* Finds a function of the given name; fn is set to it, or to NULL. */
static bool find(const char *name, void *fn)
{
	void *at = dlsym(RTLD_DEFAULT, name);

	memcpy(fn, &at, sizeof(at));
	return at != NULL;
}

static const char *version_of(char *text, size_t size)
{
	const char *(*plain)(void);
	const char *(*tc)(int *, int *, const char **);
	int (*mi)(void);
	int (*mallctl)(const char *, void *, size_t *, void *, size_t);
	const char *word = NULL;
	size_t len = sizeof(word);

	text[0] = '\0';
	if (find("hakmem_version", &plain)) {
		snprintf(text, size, "%s", plain());
	} else if (find("mi_version", &mi)) {
		/* 212 is 2.1.2; from 3.3 on 30403 is 3.4.3. */
		int v = mi();

		if (v >= 10000)
			snprintf(text, size, "%d.%d.%d", v / 10000, v / 100 % 100, v % 100);
		else
			snprintf(text, size, "%d.%d.%d", v / 100, v / 10 % 10, v % 10);
	} else if (find("tc_version", &tc)) {
		int major, minor;
		const char *patch;

		snprintf(text, size, "%s", tc(&major, &minor, &patch));
	} else if (find("mallctl", &mallctl) && mallctl("version", &word, &len, NULL, 0) == 0 && word) {
		snprintf(text, size, "%s", word);
	}
	return text;
}

int main(void)
{
	void (*fn)(void *) = free;
	void *at;
	Dl_info info;
	char version[256];
	const char *file = bench_allocator(), *free_file = "?";

	memcpy(&at, &fn, sizeof(at));
	if (dladdr(at, &info) && info.dli_fname)
		free_file = info.dli_fname;
	printf("{\"allocator\":\"%s\",\"free\":\"%s\",\"version\":\"%s\"}\n", file, free_file,
	       version_of(version, sizeof(version)));
	return strcmp(file, free_file) != 0;
}
