/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: it takes minutes */
/* hak-link: preload */
/* hak-timeout: 60 */
/* Destructors of thread-specific data allocate and free, in all of their rounds; RSS stays flat. */
#include "work.h"

#define N_KEYS 40
static pthread_key_t keys[N_KEYS];

struct value {
	unsigned key_idx, n_rounds;
	char *text;
};

static void destroy(void *arg_)
{
	struct value *value = arg_, *next;
	size_t i;

	CHECK(filled(value->text, 300, value->key_idx) == 300);
	for (i = 0; i < 50; i++)
		free(hide(malloc(i * 50)));
	if (value->n_rounds < 3) {
		next = malloc(sizeof(*next));
		CHECK(next);
		next->key_idx = value->key_idx;
		next->n_rounds = value->n_rounds + 1;
		next->text = value->text;
		CHECK(pthread_setspecific(keys[value->key_idx], next) == 0);
	} else {
		free(value->text);
	}
	free(value);
}

static void *work(void *unused)
{
	unsigned i;

	(void)unused;
	for (i = 0; i < N_KEYS; i++) {
		struct value *value = malloc(sizeof(*value));

		CHECK(value);
		value->key_idx = i;
		value->n_rounds = 0;
		value->text = malloc(300);
		CHECK(value->text);
		fill(value->text, 300, i);
		CHECK(pthread_setspecific(keys[i], value) == 0);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	size_t n_threads = arg(argc, argv, 1, is_emulated() ? 400 : 4000), i, rss_100 = 0;

	for (i = 0; i < N_KEYS; i++)
		CHECK(pthread_key_create(&keys[i], destroy) == 0);
	for (i = 0; i < n_threads; i++) {
		pthread_join(start(work, NULL), NULL);
		if (i == 100)
			rss_100 = rss();
	}
	CHECK(rss() <= rss_100 + MIB(2), "RSS from %zu to %zu", rss_100, rss());
	return 0;
}
