/* SPDX-License-Identifier: MIT */
/* hak-link: preload */
/* hak-skip-unless: test "${HAK_EMULATOR#* -p }" = "$HAK_EMULATOR" # with -p it hangs at such an end */
/* The main thread ends with pthread_exit; the others go on, and free what it left behind. */
/* hak-stdout: ^the last one$ */
#include "work.h"

static void *kept[2000];

static void *work(void *main_thread)
{
	size_t i;

	pthread_join(*(pthread_t *)main_thread, NULL);
	for (i = 0; i < N_OF(kept); i++) {
		CHECK(filled(kept[i], 100 + i, i) == 100 + i);
		free(kept[i]);
		kept[i] = malloc(200 + i);
		CHECK(kept[i]);
	}
	for (i = 0; i < N_OF(kept); i++)
		free(kept[i]);
	CHECK(write(1, "the last one\n", 13) == 13);
	return NULL;
}

int main(void)
{
	static pthread_t self;
	size_t i;

	for (i = 0; i < N_OF(kept); i++) {
		kept[i] = malloc(100 + i);
		CHECK(kept[i]);
		fill(kept[i], 100 + i, i);
	}
	self = pthread_self();
	start(work, &self);
	pthread_exit(NULL);
}
