/* SPDX-License-Identifier: MIT */
/* For hakmem.build/flat.sh: flat N OPS WHAT: N runs alive, then OPS times one of them replaced; or freed wrongly: inside, or one
 * that was given back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 1;

static size_t rnd(size_t n)
{
	state = state * 6364136223846793005U + 1442695040888963407U;
	return (size_t)(state >> 33) % n;
}

static void *take(void)
{
	void *p = malloc(((size_t)1100 << 10) + rnd((size_t)2 << 20));

	if (!p)
		exit(3);
	return p;
}

int main(int argc, char **argv)
{
	size_t n = strtoul(argv[1], NULL, 10), n_ops = strtoul(argv[2], NULL, 10);
	char **p = calloc(n, sizeof *p);

	(void)argc;
	for (size_t i = 0; i < n; i++)
		p[i] = take();
	if (strcmp(argv[3], "replace"))
		free(p[0]);
	for (size_t i = 0; i < n_ops; i++) {
		size_t k = rnd(n);

		if (!strcmp(argv[3], "replace")) {
			free(p[k]);
			p[k] = take();
		} else { /* with on_error:report */
			char *volatile bad = i % 2 ? p[k] + 4096 : p[0];

			free(bad);
		}
	}
	return 0;
}
