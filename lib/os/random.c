/* SPDX-License-Identifier: MIT */
#include "os/random.h"

#include "base/atomic.h"
#include "os/clock.h"
#include "os/fork.h"

#define N_ROUNDS 8
#define N_KEY 8
#define RESEED_EVERY 4096 /* draws */

static uint32_t key[N_KEY];    /* any: a mix of old and new words is as good as either */
static uint32_t n_draws;       /* any: with this key */
static uint32_t salt;          /* any: of salted_in */
static uint32_t salted_in;     /* any: the fork generation that salt is for; 0: there is no key yet */

static inline uint32_t turn(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static inline void quarter(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
	*a += *b;
	*d = turn(*d ^ *a, 16);
	*c += *d;
	*b = turn(*b ^ *c, 12);
	*a += *b;
	*d = turn(*d ^ *a, 8);
	*c += *d;
	*b = turn(*b ^ *c, 7);
}

static void mix(uint32_t out[HAK_RANDOM_WORDS], uint32_t number, uint32_t use)
{
	uint32_t in[HAK_RANDOM_WORDS] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };

	for (unsigned i = 0; i < N_KEY; i++)
		in[4 + i] = hak_load_relaxed(&key[i]);
	in[12] = number;
	in[13] = hak_load_relaxed(&salt);
	in[14] = hak_load_relaxed(&salted_in);
	in[15] = use;
	for (unsigned i = 0; i < HAK_RANDOM_WORDS; i++)
		out[i] = in[i];
	for (unsigned i = 0; i < N_ROUNDS; i += 2) {
		for (unsigned j = 0; j < 4; j++)
			quarter(&out[j], &out[4 + j], &out[8 + j], &out[12 + j]);
		for (unsigned j = 0; j < 4; j++)
			quarter(&out[j], &out[4 + (j + 1) % 4], &out[8 + (j + 2) % 4], &out[12 + (j + 3) % 4]);
	}
	for (unsigned i = 0; i < HAK_RANDOM_WORDS; i++)
		out[i] += in[i];
}

/* The old key cannot be computed from the new one. */
static void reseed(void)
{
	uint64_t now = hak_os_now_fine();
	uint32_t out[HAK_RANDOM_WORDS];

	mix(out, (uint32_t)now ^ (uint32_t)(now >> 32), 1);
	for (unsigned i = 0; i < N_KEY; i++)
		hak_store_relaxed(&key[i], out[i]);
}

/* The first key of the process, or of a forked child. */
static void HAK_COLD make_key(uint32_t generation)
{
	uint64_t now = hak_os_now_fine();

	hak_store_relaxed(&salt, (uint32_t)now ^ (uint32_t)(now >> 32) ^ (uint32_t)(uintptr_t)&now);
	hak_store_relaxed(&salted_in, generation);
	reseed();
}

void hak_random_seed(const unsigned char *bytes)
{
	for (unsigned i = 0; bytes != NULL && i < 16; i++)
		hak_store_relaxed(&key[i / 4], key[i / 4] << 8 | bytes[i]);
}

void hak_random_tend(void)
{
	uint32_t generation = hak_fork_generation();

	if (HAK_UNLIKELY(hak_load_relaxed(&salted_in) != generation))
		make_key(generation);
	else if (HAK_UNLIKELY(hak_load_relaxed(&n_draws) >= RESEED_EVERY)) {
		hak_store_relaxed(&n_draws, 0);
		reseed();
	}
}

void hak_random_draw(uint32_t out[HAK_RANDOM_WORDS])
{
	mix(out, hak_add_relaxed(&n_draws, 1), 0);
}

unsigned hak_random_below(struct hak_random *r, unsigned n)
{
	if (HAK_UNLIKELY(r->n_left == 0 || r->generation != hak_load_relaxed(&salted_in))) {
		hak_random_draw(r->words);
		r->generation = hak_load_relaxed(&salted_in);
		r->n_left = 2 * HAK_RANDOM_WORDS;
	}
	return r->halves[--r->n_left] * n >> 16;
}
