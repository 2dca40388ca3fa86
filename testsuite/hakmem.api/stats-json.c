/* SPDX-License-Identifier: MIT */
/* hak-link: shared */
/* hakmem_stats_write(HAKMEM_JSON) writes JSON with every figure of the struct and the classes. */
#include "check.h"
#include <hakmem.h>

int main(void)
{
	FILE *to;
	size_t i;

	for (i = 0; i < N_OF(tier_sizes); i++)
		CHECK(hide(malloc(tier_sizes[i])));
	to = popen("python3 -c 'import json, sys\n"
		   "d = json.load(sys.stdin)\n"
		   "t = json.dumps(d)\n"
		   "names = \"allocated cached in_flight slab_free active dirty clean mapped metadata large "
		   "n_large holes lazy resident n_mappings\"\n"
		   "lost = [n for n in names.split() if \"\\\"%s\\\":\" % n not in t]\n"
		   "print(lost)\n"
		   "sys.exit(bool(lost))'", "w");
	CHECK(to);
	CHECK(hakmem_stats_write(fileno(to), HAKMEM_JSON) == 0);
	CHECK(pclose(to) == 0, "not JSON, or a figure is missing");
	return 0;
}
