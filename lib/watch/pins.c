/* SPDX-License-Identifier: MIT */
#include "watch/pins.h"

#include "base/atomic.h"
#include "base/bits.h"
#include "region/registry.h"

static unsigned count_free(const uint64_t *bits, size_t from, size_t end)
{
	unsigned n_free = 0;

	while (from < end) {
		unsigned at = from % HAK_WORD_BITS;
		unsigned n = end - from < HAK_WORD_BITS - at ? (unsigned)(end - from) : HAK_WORD_BITS - at;

		n_free += hak_bits_count(hak_load_relaxed(&bits[from / HAK_WORD_BITS]) & hak_bits_mask(at, n));
		from += n;
	}
	return n_free;
}

size_t hak_pins_on_page(const struct hak_pins *slab, size_t off, unsigned *n_live)
{
	size_t size = slab->size, first = off / size, end = (off + slab->page - 1) / size + 1, n_free, n_bytes;

	*n_live = 0;
	end = end < slab->n_blocks ? end : slab->n_blocks;
	n_free = count_free(slab->bits, first, end);
	if (n_free == 0 || n_free == end - first)
		return 0;
	for (size_t i = first; i < end; i++)
		*n_live += hak_is_alive(hak_load_relaxed(&slab->live[i]));
	if (*n_live == 0)
		return 0;
	n_bytes = n_free * size;
	/* Not what the first and the last one have of other pages. */
	if (count_free(slab->bits, first, first + 1) > 0)
		n_bytes -= off - first * size;
	if (end * size > off + slab->page && count_free(slab->bits, end - 1, end) > 0)
		n_bytes -= end * size - (off + slab->page);
	return n_bytes <= slab->page ? n_bytes : 0; /* more if a block came or went meanwhile */
}

size_t hak_pins_in_slab(const struct hak_pins *slab)
{
	size_t n_bytes = 0;
	unsigned n_live;

	for (size_t off = 0; off < slab->n_blocks * slab->size; off += slab->page)
		n_bytes += hak_pins_on_page(slab, off, &n_live);
	return n_bytes;
}

double hak_pins_of_block(const struct hak_pins *slab, size_t idx)
{
	size_t from = idx * slab->size, end = from + slab->size;
	double n_bytes = 0;
	unsigned n_live;

	for (size_t off = from - from % slab->page; off < end; off += slab->page) {
		size_t on_page = hak_pins_on_page(slab, off, &n_live);

		if (on_page > 0)
			n_bytes += (double)on_page / n_live;
	}
	return n_bytes;
}
