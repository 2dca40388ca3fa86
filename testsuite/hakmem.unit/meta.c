/* SPDX-License-Identifier: MIT */
/* Pieces of metadata are zero, apart from each other, at cache lines of their own, and used again. */
#include "threads.h"
#include "base/bits.h"
#include "conf/limits.h"
#include "os/page.h"
#include "region/meta.h"

#define N_THREADS 4
#define N_PIECES 200

static void check_is(const unsigned char *p, size_t size, unsigned char value)
{
	for (size_t i = 0; i < size; i++)
		CHECK(p[i] == value, "byte %zu of %zu is %d, not %d", i, size, p[i], value);
}

static void run(unsigned idx)
{
	struct { unsigned char *p; size_t size; } pieces[N_PIECES] = { { 0 } };
	uint64_t state = idx + 1;
	unsigned long n = rounds(20000);

	for (unsigned long round = 0; round < n; round++) {
		unsigned i = (unsigned)(rnd(&state) % N_PIECES);
		unsigned char mark = (unsigned char)(idx * 50 + i % 50 + 1);

		if (pieces[i].p != NULL) {
			check_is(pieces[i].p, pieces[i].size, mark);
			hak_meta_give(pieces[i].p, pieces[i].size);
			pieces[i].p = NULL;
			continue;
		}
		pieces[i].size = rnd_size(&state, round % 50 == 0 ? 3 * HAK_META_MAX : 4096);
		pieces[i].p = hak_meta_take(pieces[i].size);
		CHECK(pieces[i].p != NULL && (uintptr_t)pieces[i].p % HAK_LINE_SIZE == 0);
		check_is(pieces[i].p, pieces[i].size, 0);
		memset(pieces[i].p, mark, pieces[i].size);
	}
	for (unsigned i = 0; i < N_PIECES; i++)
		if (pieces[i].p != NULL)
			hak_meta_give(pieces[i].p, pieces[i].size);
}

int main(void)
{
	uint64_t before;
	void *p;

	run_threads(N_THREADS, run);

	/* What was given back is taken again: nothing new is needed for it. */
	for (size_t size = 1; size <= HAK_META_MAX; size += 61) {
		p = hak_meta_take(size);
		CHECK(p != NULL);
		memset(p, 1, size);
		hak_meta_give(p, size);
		before = hak_meta_resident();
		CHECK(hak_meta_take(size) == p && hak_meta_resident() == before);
	}
	/* What has OS pages of its own as well. */
	before = hak_meta_resident();
	for (unsigned i = 0; i < 1000; i++) {
		unsigned char *larger = hak_meta_take(KIB(200));

		CHECK(larger != NULL && (i == 0 || larger == p));
		check_is(larger, KIB(200), 0);
		memset(larger, 1, KIB(200));
		hak_meta_give(p = larger, KIB(200));
	}
	CHECK(hak_os_is_advice_void() || hak_meta_resident() <= before + 2 * hak_os_page_size());
	/* A table from elsewhere counts, too, as far as it is touched. */
	p = hak_meta_map(MIB(1));
	CHECK(p != NULL);
	hak_meta_note(p, MIB(1));
	before = hak_meta_resident();
	memset(p, 1, KIB(256));
	CHECK(hak_os_is_advice_void() || hak_meta_resident() == before + KIB(256)); /* an emulator cannot tell */
	return 0;
}
