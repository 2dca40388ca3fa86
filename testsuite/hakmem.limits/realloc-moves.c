/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-skip-unless: test -z "$HAK_EMULATOR" # whose addresses are others */
/* hak-plain: a guarded block is mapped anew before its pages move */
/* Under RLIMIT_AS, and under RLIMIT_DATA, a large block that cannot grow in place moves though there is no room for a second one:
 * what counts is what it grows by. Contents stay, and the end is ENOMEM. */
#include "limit.h"
#include <sys/mman.h>
#include <sys/wait.h>

#define LIMIT MIB(1024)
#define STEP MIB(16)
#define LEAST MIB(900)

static void check_under(int resource)
{
	struct rlimit limit = { LIMIT, LIMIT };
	size_t size = MIB(100), at;
	char *p, *q;

	CHECK(setrlimit(resource, &limit) == 0);
	p = malloc(size);
	CHECK(p);
	for (at = 0; at < size; at += STEP)
		p[at] = (char)(at / STEP);
	while (size < LEAST) {
		/* So that it cannot grow in place. */
		CHECK(mmap(p + size, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != MAP_FAILED ||
		      errno == EEXIST);
		errno_set(0);
		q = realloc(p, size + STEP);
		CHECK(q, "refused at %zu MiB, errno %d", size >> 20, errno_get());
		p = q;
		p[size] = (char)(size / STEP);
		size += STEP;
	}
	for (at = 0; at < MIB(100); at += STEP)
		CHECK(p[at] == (char)(at / STEP), "at %zu", at);
	CHECK_ENOMEM(realloc(p, LIMIT));
	CHECK(p[0] == 0 && p[STEP] == 1);
	free(p);
	CHECK(malloc(MIB(500)));
}

int main(void)
{
	static const int resources[] = { RLIMIT_AS, RLIMIT_DATA };
	size_t i;
	int status;

	if (sizeof(void *) < 8)
		UNSUPPORTED_BECAUSE("too few addresses");
	for (i = 0; i < N_OF(resources); i++) {
		pid_t child = fork();

		if (child == 0) {
			check_under(resources[i]);
			_exit(0);
		}
		CHECK(waitpid(child, &status, 0) == child && status == 0, "limit %zu: %x", i, status);
	}
	return 0;
}
