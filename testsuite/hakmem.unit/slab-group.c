/* SPDX-License-Identifier: MIT */
/* Descriptors of slabs: each is used by one slab at a time, has its bitmaps and live bytes to itself, zero or as they
 * were left, and keeps its words; where all of a group are unused, the memory of these goes back. Threads, and a child
 * that is forked amid it, too. */
#include "threads.h"
#include "caches.h"
#include "region/meta.h"
#include "tiny/group.h"

#include <sys/wait.h>

#define N 3000
#define N_THREADS 3
#define N_ROUNDS 20000

static unsigned words_of(unsigned i)
{
	return 1 + i * 7 % HAK_SLAB_WORDS_MAX;
}

/* Marks what is the descriptor's own. */
static void mark_body(struct hak_slab *s, uint8_t mark)
{
	for (unsigned w = 0; w < s->n_words; w++) {
		CHECK(s->remote[w] == 0, "word %u of %u", w, s->n_words);
		s->bits[w] = s->remote[w] = mark * (UINT64_MAX / 255);
	}
	for (unsigned i = 0; i <= s->n_words * 64U; i++) {
		CHECK(s->live[i] == 0, "byte %u of %u words", i, s->n_words);
		s->live[i] = mark;
	}
}

static void check_and_clear(struct hak_slab *s, uint8_t mark)
{
	for (unsigned w = 0; w < s->n_words; w++) {
		CHECK(s->bits[w] == mark * (UINT64_MAX / 255) && s->remote[w] == s->bits[w], "word %u of %u", w, s->n_words);
		s->remote[w] = 0;
	}
	for (unsigned i = 0; i <= s->n_words * 64U; i++) {
		CHECK(s->live[i] == mark, "byte %u of %u words", i, s->n_words);
		s->live[i] = 0;
	}
}

static void check_memory(void)
{
	static struct hak_slab *slabs[N];
	uint64_t before = hak_meta_resident(), full;

	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < N; i++) {
			CHECK((slabs[i] = hak_group_take(words_of(i))) != NULL && slabs[i]->n_words == words_of(i));
			CHECK(slabs[i]->owner == &hak_heap_none && slabs[i]->is_pending == 0);
			mark_body(slabs[i], (uint8_t)(1 + i % 255));
		}
		full = hak_meta_resident();
		for (unsigned i = 0; i < N; i++) {
			check_and_clear(slabs[i], (uint8_t)(1 + i % 255));
			hak_group_give(slabs[i]);
		}
		hak_group_trim();
		CHECK(full - before > MIB(7) && hak_meta_resident() - before < MIB(1), "%llu KiB before, %llu in use, %llu after",
			(unsigned long long)before >> 10, (unsigned long long)full >> 10, (unsigned long long)hak_meta_resident() >> 10);
	}
}

static void churn(unsigned idx)
{
	struct hak_slab *mine[40] = { NULL };
	uint64_t state = idx + 1;

	for (unsigned long n = 0; n < rounds(N_ROUNDS); n++) {
		unsigned i = (unsigned)(rnd(&state) % N_OF(mine));

		if (mine[i] == NULL) {
			CHECK((mine[i] = hak_group_take(60 + i % 5)) != NULL);
			mark_body(mine[i], (uint8_t)(1 + idx * 40 + i));
		} else {
			check_and_clear(mine[i], (uint8_t)(1 + idx * 40 + i));
			hak_group_give(mine[i]);
			mine[i] = NULL;
		}
	}
	for (unsigned i = 0; i < N_OF(mine); i++)
		if (mine[i] != NULL) {
			check_and_clear(mine[i], (uint8_t)(1 + idx * 40 + i));
			hak_group_give(mine[i]);
		}
}

static void fork_amid(unsigned idx)
{
	int status;

	if (idx < N_THREADS) {
		churn(idx);
		return;
	}
	for (unsigned n = 0; n < 50; n++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0) {
			alarm(60);
			churn(N_THREADS);
			_exit(0);
		}
		CHECK(waitpid(pid, &status, 0) == pid && status == 0, "status %d", status);
	}
}

int main(void)
{
	check_memory();
	run_threads(N_THREADS, churn);
	run_threads(N_THREADS + 1, fork_amid);
	return 0;
}
