/* SPDX-License-Identifier: MIT */
/*
 * realloc_grow: buffers that grow as a program appends to them, from 16 B to 64 MiB by a half each
 * time. Several grow in turn, so that the next one up is not simply free address space. Each new OS
 * page is written, and the content is checked. An operation is one realloc.
 */
#include "bench.h"

enum { n_max_buffers = 64 };

int main(int argc, char **argv)
{
	struct bench b;
	size_t n_rounds, n_buffers, max, os_page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *buf[n_max_buffers];
	uint64_t n_ops = 0, n_moves = 0;

	bench_init(&b, "realloc_grow", "[rounds buffers max]", argc, argv);
	n_rounds = bench_num(&b, 1, 10, 1, UINT32_MAX);
	n_buffers = bench_num(&b, 2, 4, 1, n_max_buffers);
	max = bench_num(&b, 3, 64 << 20, 16, SIZE_MAX / 4);
	bench_args_end(&b, 3);

	bench_start(&b);
	for (size_t r = 0; r < n_rounds; r++) {
		size_t size = 0;

		memset(buf, 0, sizeof(buf));
		while (size < max) {
			size_t next = size ? size + size / 2 : 16;

			if (next > max)
				next = max;
			for (size_t i = 0; i < n_buffers; i++) {
				unsigned char *p = realloc(buf[i], next), mark = (unsigned char)(i + r);

				if (!p)
					bench_die(&b, "out of memory");
				if (size && (p[0] != mark || p[size - 1] != mark))
					bench_die(&b, "realloc to %zu bytes lost the content", next);
				n_ops++;
				n_moves += p != buf[i];
				for (size_t at = size; at < next; at += os_page)
					p[at] = mark;
				p[next - 1] = mark;
				buf[i] = p;
			}
			size = next;
		}
		for (size_t i = 0; i < n_buffers; i++)
			free(buf[i]);
	}
	bench_stop(&b);
	bench_report(&b, n_ops, ",\"moves\":%" PRIu64, n_moves);
	return 0;
}
