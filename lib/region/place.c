/* SPDX-License-Identifier: MIT */
#include "region/place.h"

#include "base/bits.h"
#include "conf/limits.h"
#include "conf/options.h"
#include "os/random.h"

#if HAK_ADDRESS_BITS > 32

/* A kernel with fewer addresses ignores one beyond them. */
static uint64_t find_window(const uint32_t random[HAK_RANDOM_WORDS])
{
	static uint64_t window; /* any: 0: not drawn yet */
	uint64_t drawn = 1 + random[0] % ((1U << (HAK_PLACES_BITS - HAK_WINDOW_BITS)) - 1), none = 0;

	return hak_cas_acquire(&window, &none, drawn << HAK_WINDOW_BITS) ? drawn << HAK_WINDOW_BITS : none;
}

void *hak_place_draw(size_t size)
{
	uint32_t random[HAK_RANDOM_WORDS];
	uint64_t room = (uint64_t)1 << HAK_WINDOW_BITS;

	if (!hak_does(HAK_HARDEN_RANDOM) || size > room / 2)
		return NULL;
	hak_random_draw(random);
	return (void *)(uintptr_t)(find_window(random) +
		hak_round_down((uintptr_t)(((uint64_t)random[1] << 32 | random[2]) % (room - size)), HAK_SUPERSLAB_ALIGN));
}

#else

/* There are too few addresses to spread mappings over them: large ones would no longer fit. */
void *hak_place_draw(size_t size)
{
	(void)size;
	return NULL;
}

#endif
