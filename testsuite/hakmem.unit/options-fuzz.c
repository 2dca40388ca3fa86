/* SPDX-License-Identifier: MIT */
/* hak-timeout: 120 */
/* Whatever stands in HAKMEM_CONF, reading it stays inside it, and no option leaves its range. */
#include "options.h"
#include "conf/limits.h"
#include "unit.h"

static const char *const pieces[] = {
	"diet",	 "purge_delay", "cache_cap", "stats", "on_error",    "true",
	"false", "report",	"exit",	     "json",  ":",	     ",",
	"-",	 "1",		"0",	     "262144",  "99999999999", "::",
	"limit_hard", "limit_soft", "cgroup_root", "limit", "%", "K", "T", "/", "off", "auto",
	",,",	 "\"",		"\n",	     "\xff",  "a",	     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
};

static void check_ranges(const char *conf)
{
	CHECK(hak_options.strict == 0, "%s", conf);
	CHECK(hak_options.on_report >= 0 && hak_options.on_report <= 1, "%s", conf);
	CHECK(hak_options.stats >= 0 && hak_options.stats <= 2, "%s", conf);
	CHECK(hak_options.diet >= 0 && hak_options.diet <= 1, "%s", conf);
	CHECK(hak_options.limit >= 0 && hak_options.limit <= 1, "%s", conf);
	CHECK(hak_options.limit_hard >= -100 && hak_options.limit_hard <= HAK_LIMIT_MOST, "%s", conf);
	CHECK(hak_options.limit_hard <= 0 || hak_options.limit_hard >= HAK_LIMIT_LEAST, "%s", conf);
	CHECK(hak_options.limit_soft == HAK_SIZE_AUTO || hak_options.limit_soft >= -100, "%s", conf);
	CHECK(memchr(hak_cgroup_root, '\0', sizeof hak_cgroup_root), "%s", conf);
	CHECK(hak_options.cache_cap >= 0 && hak_options.cache_cap <= 4096, "%s", conf);
	CHECK(hak_options.purge_delay >= -1 && hak_options.purge_delay <= 3600000, "%s", conf);
}

int main(void)
{
	uint64_t state = 1;

	for (unsigned long round = 0; round < rounds(40000); round++) {
		/* Its own block, so that ASan sees a step beyond it. */
		size_t n = rnd_size(&state, 700);
		char *conf = malloc(n + 1);
		size_t at = 0;

		while (at < n) {
			const char *piece = pieces[rnd(&state) % N_OF(pieces)];
			size_t k = strlen(piece);

			if (round % 2 == 0) {
				conf[at++] = (char)(1 + rnd(&state) % 255);
				continue;
			}
			memcpy(conf + at, piece, k < n - at ? k : n - at);
			at += k < n - at ? k : n - at;
		}
		conf[n] = '\0';
		if (strstr(conf, "strict") == NULL)
			read_conf(conf);
		check_ranges(conf);
		hak_options_set(conf, "true");
		hak_options_set("purge_delay", conf);
		hak_options_set("diet", conf);
		check_ranges(conf);
		free(conf);
	}
	return 0;
}
