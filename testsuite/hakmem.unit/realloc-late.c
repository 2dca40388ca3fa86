/* SPDX-License-Identifier: MIT */
/* hak-cflags: -Wl,--wrap=hak_run_resize,--wrap=hak_large_resize,--wrap=hak_block_note_size */
/* hak-stderr: ^hakmem: realloc\(0x[0-9a-f]+\): (double free|pointer into a free slab|not a block of ours) */
/* A block is freed by another thread while realloc() is about to change it in place: realloc() tells of it, in its own name. */
#include "unit.h"
#include "conf/options.h"
#include "conf/report.h"
#include "free/dispatch.h"
#include "hakmem.h"
#include "large/large.h"
#include "mid/run.h"

static void *victim;

/* What another thread does in between. */
static void meanwhile(void)
{
	hakmem_free(victim);
	victim = NULL;
}

bool __real_hak_run_resize(struct hak_span *run, void *p, size_t size);
bool __wrap_hak_run_resize(struct hak_span *run, void *p, size_t size);
void *__real_hak_large_resize(struct hak_span *large, void *p, size_t size);
void *__wrap_hak_large_resize(struct hak_span *large, void *p, size_t size);
bool __real_hak_block_note_size(struct hak_span *span, const void *p, size_t size);
bool __wrap_hak_block_note_size(struct hak_span *span, const void *p, size_t size);

bool __wrap_hak_run_resize(struct hak_span *run, void *p, size_t size)
{
	meanwhile();
	return __real_hak_run_resize(run, p, size);
}

void *__wrap_hak_large_resize(struct hak_span *large, void *p, size_t size)
{
	meanwhile();
	return __real_hak_large_resize(large, p, size);
}

bool __wrap_hak_block_note_size(struct hak_span *span, const void *p, size_t size)
{
	meanwhile();
	return __real_hak_block_note_size(span, p, size);
}

static void check(size_t size, size_t late)
{
	uint64_t n_told = hak_report_count();
	void *p = hakmem_malloc(size), *q;

	CHECK(p != NULL);
	victim = p;
	q = hakmem_realloc(p, late);
	CHECK(victim == NULL && hak_report_count() == n_told + 1, "realloc of %zu bytes to %zu", size, late);
	if (q != NULL)
		hakmem_free(q);
	CHECK(hak_report_count() == n_told + 1);
}

int main(void)
{
	hak_options_ensure();
	hak_options.on_report = true;
	check(1000, 700);
	check(1000, 1000);
	check(KIB(500), KIB(400));
	check(KIB(500), KIB(600));
	check(MIB(8), MIB(7));
	check(MIB(8), MIB(9));
	return 0;
}
