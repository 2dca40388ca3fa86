/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: it always takes a profile */
/* hak-link: shared */
/* hak-cflags: -falign-functions=1024 */
/* hakmem_prof_write(): says what is wrong by errno; does not allocate; what a function of the program holds is under that
 * function, what it has freed is no longer; frames of the library itself are not told. */
#include "check.h"
#include "prof.h"
#include <link.h>

static void *kept[3000];

PLANTED static void plant(void)
{
	for (int i = 0; i < 3000; i++)
		CHECK((kept[i] = hide(malloc(10000))) != NULL);
}

static int check_module(struct dl_phdr_info *info, size_t size, void *arg)
{
	const struct prof_line *line = arg;
	size_t i, k;

	(void)size;
	for (i = 0; strstr(info->dlpi_name, "libhakmem") != NULL && i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];

		for (k = 0; h->p_type == PT_LOAD && k < line->n_frames; k++)
			CHECK(line->frame[k] - info->dlpi_addr - h->p_vaddr >= h->p_memsz, "a frame of the library");
	}
	return 0;
}

static void refuse(int fd, enum hakmem_prof_format format, int error)
{
	errno_set(0);
	CHECK(hakmem_prof_write(fd, format) == -1);
	CHECK(errno_get() == error, "not %d", error);
}

int main(void)
{
	struct hakmem_stats before, after;
	struct prof_sums sums;
	struct prof_line line;
	const char *at;
	char *text;
	int fd = (int)syscall(SYS_memfd_create, "profile", 0);

	refuse(fd, HAKMEM_PROF_TEXT, ENODATA);
	CHECK(hakmem_prof_start() == 0 && hakmem_prof_start() == 0);
	refuse(-1, HAKMEM_PROF_TEXT, EBADF);
	refuse(fd, (enum hakmem_prof_format)77, EINVAL);
	refuse(open("/dev/full", O_WRONLY), HAKMEM_PROF_TEXT, ENOSPC);
	refuse(open("/dev/full", O_WRONLY), HAKMEM_PROF_PPROF, ENOSPC);
	plant();
	hakmem_stats_get(&before, sizeof(before));
	CHECK(hakmem_prof_write(fd, HAKMEM_PROF_TEXT) == 0 && hakmem_prof_write(fd, HAKMEM_PROF_PPROF) == 0 &&
		hakmem_prof_write(fd, HAKMEM_PROF_FOLDED) == 0);
	hakmem_stats_get(&after, sizeof(after));
	CHECK(before.allocated == after.allocated && before.cached == after.cached, "writing the profile allocates");

	text = prof_text();
	sums = prof_sum(text, (void *)plant);
	/* 30 MB; some 58 samples, so five times 1/sqrt(58) of it. */
	CHECK(sums.live > 10e6 && sums.live < 50e6, "%.0f bytes of 30 million", sums.live);
	for (at = text; prof_next(&at, &line);) {
		CHECK(line.n_frames > 0);
		dl_iterate_phdr(check_module, &line);
	}
	prof_free_text(text);
	for (int i = 0; i < 3000; i++)
		free(kept[i]);
	text = prof_text();
	sums = prof_sum(text, (void *)plant);
	CHECK(sums.live == 0 && sums.n_samples == 0 && sums.taken > 10e6);
	prof_free_text(text);
	CHECK(hakmem_prof_stop() == 0 && hakmem_prof_stop() == 0);
	refuse(fd, HAKMEM_PROF_TEXT, ENODATA);
	CHECK(hakmem_check() == 0);
	return 0;
}
