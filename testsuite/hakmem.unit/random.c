/* SPDX-License-Identifier: MIT */
/* Random numbers are in range and even; no two draws are the same, nor a forked child's and its parent's or sibling's. */
#include "check.h"
#include "os/random.h"

#include <sys/wait.h>

#define N 60000

static void check_even(void)
{
	static const unsigned most[] = { 1, 2, 3, 10, 64, 100, 4095 };
	static unsigned counts[4096];
	struct hak_random r = { .n_left = 0 };

	for (size_t k = 0; k < N_OF(most); k++) {
		memset(counts, 0, sizeof counts);
		for (unsigned i = 0; i < N; i++) {
			unsigned x = hak_random_below(&r, most[k]);

			CHECK(x < most[k]);
			counts[x]++;
		}
		for (unsigned x = 0; x < most[k]; x++) /* far beyond what chance does */
			CHECK(counts[x] <= N / most[k] * 5 / 4 + 60 && (counts[x] > 0 || most[k] > 1000), "%u of %u: %u times", x, most[k], counts[x]);
	}
}

static void check_unlike(void)
{
	static uint32_t seen[N][HAK_RANDOM_WORDS];

	for (size_t i = 0; i < 3000; i++) {
		hak_random_draw(seen[i]);
		for (size_t k = 0; k < i; k++)
			CHECK(memcmp(seen[i], seen[k], sizeof seen[0]) != 0);
	}
}

/* What a child of this process, at the same point of its numbers, draws. */
static void draw_in_child(uint32_t out[HAK_RANDOM_WORDS], int depth)
{
	int fds[2], status;
	pid_t child;

	CHECK(pipe(fds) == 0);
	child = fork();
	if (child == 0) {
		hak_random_tend();
		if (depth > 0)
			draw_in_child(out, depth - 1);
		else
			hak_random_draw(out);
		_exit(write(fds[1], out, HAK_RANDOM_WORDS * sizeof *out) < 0);
	}
	CHECK(read(fds[0], out, HAK_RANDOM_WORDS * sizeof *out) == HAK_RANDOM_WORDS * sizeof *out);
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	close(fds[0]);
	close(fds[1]);
}

static void check_children(void)
{
	uint32_t drawn[21][HAK_RANDOM_WORDS];

	for (size_t i = 0; i < 20; i++)
		draw_in_child(drawn[i], i % 3 == 2);
	hak_random_draw(drawn[20]);
	for (size_t i = 0; i < N_OF(drawn); i++)
		for (size_t k = 0; k < i; k++)
			CHECK(memcmp(drawn[i], drawn[k], sizeof drawn[0]) != 0, "%zu and %zu", i, k);
}

int main(void)
{
	hak_random_tend();
	check_even();
	check_unlike();
	check_children();
	return 0;
}
