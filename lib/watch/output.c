/* SPDX-License-Identifier: MIT */
#include "watch/output.h"

#include "base/call.h"

void hak_output_add_path(struct hak_text *t, const char *pattern, uint64_t n)
{
	for (const char *c = pattern; *c != '\0'; c++) {
		bool is_sign = c[0] == '%' && (c[1] == 'p' || c[1] == 'n' || c[1] == '%');

		if (!is_sign || c[1] == '%')
			hak_text_add_bytes(t, c, 1);
		else
			hak_text_add_number(t, c[1] == 'p' ? (uint64_t)hak_call(SYS_getpid) : n);
		c += is_sign;
	}
}

bool hak_output_ends_in(const char *path, const char *ending)
{
	size_t n = hak_text_measure(path), k = hak_text_measure(ending), i = 0;

	while (i < k && i < n && path[n - 1 - i] == ending[k - 1 - i])
		i++;
	return i == k;
}

void hak_output_complain(const char *option, const char *path, long error)
{
	struct hak_text t;

	hak_text_open_line(&t);
	hak_text_add(&t, "hakmem: ");
	hak_text_add(&t, option);
	hak_text_add(&t, ": cannot write ");
	hak_text_add(&t, path);
	hak_text_add(&t, " (errno ");
	hak_text_add_number(&t, (uint64_t)error);
	hak_text_add(&t, ")\n");
	hak_text_close(&t);
}
