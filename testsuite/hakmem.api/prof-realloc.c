/* SPDX-License-Identifier: MIT */
/* hak-plain: expects sizes of classes */
/* hak-link: shared */
/* hak-cflags: -falign-functions=1024 */
/* A sampled block that realloc() resizes, in place or not, up and down through all tiers, is one sample of its new size, and
 * none when it is freed; so are aligned and zeroed ones, and reallocarray's. With an interval of a byte each is a sample. */
#include "check.h"
#include "prof.h"

PLANTED static void *plant(void *p, size_t size)
{
	return hide(realloc(p, size));
}

static struct prof_sums look(void)
{
	char *text = prof_text();
	struct prof_sums sums = prof_sum(text, NULL);

	prof_free_text(text);
	return sums;
}

static void check_one(void *p)
{
	struct prof_sums sums = look();
	double usable = (double)malloc_usable_size(p);

	CHECK(sums.n_samples == 1, "%lu samples", sums.n_samples);
	CHECK(sums.live > usable - 1 && sums.live < usable * 1.001 + 1, "%.0f instead of %.0f bytes", sums.live, usable);
}

int main(void)
{
	uint64_t state = 1;
	void *p = NULL;
	size_t size = 0;

	CHECK(hakmem_option_set("prof_interval", "1") == 0);
	CHECK(hakmem_prof_start() == 0);
	CHECK(look().n_samples == 0);
	for (size_t i = 0; i < N_OF(tier_sizes); i++) {
		p = plant(p, tier_sizes[i]);
		CHECK(p != NULL);
		fill_thin(p, tier_sizes[i], i);
		check_one(p);
	}
	for (size_t i = N_OF(tier_sizes); i > 0; i--) {
		p = plant(p, tier_sizes[i - 1]);
		check_one(p);
	}
	for (int i = 0; i < 2000; i++) {
		size_t next = rnd_size(&state, MIB(12));

		p = plant(p, next);
		CHECK(p != NULL && filled_thin(p, size < next ? size : next, 7) >= (size < next ? size : next) * (i > 0));
		fill_thin(p, size = next, 7);
		if (i % 20 == 0)
			check_one(p);
	}
	/* A resize that fails leaves the sample where it is. */
	CHECK_ENOMEM(realloc(p, PTRDIFF_MAX - 4096));
	check_one(p);
	free(p);
	CHECK(look().n_samples == 0);
	check_one(p = hide(aligned_alloc(4096, 5000)));
	free(p);
	check_one(p = hide(calloc(3, 70000)));
	free(p);
	check_one(p = hide(reallocarray(NULL, 3, 7)));
	hakmem_free_sized(p, 21);
	check_one(p = hide(hakmem_memalign(MIB(1), MIB(9))));
	free(p);
	CHECK(look().n_samples == 0);
	CHECK(hakmem_check() == 0);
	return 0;
}
