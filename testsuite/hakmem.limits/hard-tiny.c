/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: counts memory, of which records take most */
/* hak-link: shared */
/* hak-conf: limit_hard:256M */
/* limit_hard, reached by blocks of slabs: NULL and ENOMEM there, and it goes on after they are freed. */
#include "hard.h"

int main(void)
{
	static const size_t sizes[] = { 16, 64, 1100, 20000, 65536 };
	size_t i;

	for (i = 0; i < N_OF(sizes); i++)
		check_rounds(malloc, sizes[i], MIB(256));
	return 0;
}
