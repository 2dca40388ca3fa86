/* SPDX-License-Identifier: MIT */
/* Pinned bytes are those of free blocks on pages that hold a live block, too, counted byte by byte; and the shares of the live
 * blocks add up to them: blocks of all sizes, over the borders of pages, live, free and neither, on pages of 4 and of 64 KiB. */
#include "unit.h"
#include "watch/pins.c"

enum { MOST = 4096, SLAB = 65536 };

static uint64_t bits[MOST / 64];
static uint8_t live[MOST + 1];

static void check(size_t size, size_t page, unsigned per_free, unsigned per_live, uint64_t *state)
{
	struct hak_pins slab = { .bits = bits, .live = live, .n_blocks = (unsigned)(SLAB / size), .size = size, .page = page };
	size_t wanted = 0;
	double shares = 0;

	memset(bits, 0, sizeof(bits));
	memset(live, 0, sizeof(live));
	for (unsigned i = 0; i < slab.n_blocks; i++) {
		if (rnd(state) % 100 < per_free)
			bits[i / 64] |= (uint64_t)1 << i % 64;
		else if (rnd(state) % 100 < per_live)
			live[i] = rnd(state) % 2 ? HAK_LIVE : HAK_LIVE_RESIZED | HAK_LIVE_SAMPLED;
		else
			live[i] = HAK_LIVE_HOME * (rnd(state) % 2);
	}
	for (size_t off = 0; off < SLAB; off += page) {
		size_t n_free = 0, n_live = 0;

		for (size_t at = off; at < off + page && at / size < slab.n_blocks; at++) {
			n_free += hak_bit_is_set(bits, (unsigned)(at / size));
			n_live += hak_is_alive(live[at / size]);
		}
		wanted += n_live > 0 ? n_free : 0;
	}
	for (unsigned i = 0; i < slab.n_blocks; i++)
		if (hak_is_alive(live[i]))
			shares += hak_pins_of_block(&slab, i);
	CHECK(hak_pins_in_slab(&slab) == wanted, "%zu bytes: %zu, not %zu", size, hak_pins_in_slab(&slab), wanted);
	CHECK(shares - (double)wanted < 0.01 && (double)wanted - shares < 0.01, "%zu bytes: %f, not %zu", size, shares, wanted);
}

int main(void)
{
	static const size_t sizes[] = { 16, 48, 64, 112, 320, 1024, 1408, 4096, 5120, 9216, 20480, 65536 };
	uint64_t state = 1;

	for (unsigned long round = 0; round < rounds(300); round++)
		for (unsigned i = 0; i < N_OF(sizes); i++)
			check(sizes[i], round % 4 == 3 ? SLAB : 4096, (unsigned)(rnd(&state) % 101), (unsigned)(rnd(&state) % 101), &state);
	return 0;
}
