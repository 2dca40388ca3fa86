/* SPDX-License-Identifier: MIT */
#include "base/check.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"

void hak_check_fail(const char *message, const char *file, int line)
{
	struct hak_text t;

	hak_text_open(&t, STDERR_FILENO);
	hak_text_add(&t, "hakmem: ");
	hak_text_add(&t, message);
	if (file != NULL) {
		hak_text_add(&t, " does not hold at ");
		hak_text_add(&t, file);
		hak_text_add(&t, ":");
		hak_text_add_number(&t, (uint64_t)line);
	}
	hak_text_add(&t, "\n");
	hak_text_close(&t);
	abort();
}
