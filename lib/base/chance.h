/* SPDX-License-Identifier: MIT */
/*
 * Owns: random numbers and probabilities, without libm.
 * Threads: any. A state belongs to one thread; a race on it does no harm.
 * Locks: none.
 */
#ifndef HAK_BASE_CHANCE_H
#define HAK_BASE_CHANCE_H

#include "base/attr.h"

/* A new state, different for each place and call. */
uint64_t hak_chance_seed(const void *place);

/* 64 random bits. */
uint64_t hak_chance_bits(uint64_t *state);

/* Exponentially distributed, 1 on average. */
double hak_chance_exponential(uint64_t *state);

/* 1 - exp(-x), x >= 0: the probability of at least one event, if x are expected. */
double hak_chance_of(double x);

#endif
