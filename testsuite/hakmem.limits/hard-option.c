/* SPDX-License-Identifier: MIT */
/* hak-plain: debug: counts memory, of which records take most */
/* hak-link: shared */
/* Limits set while the program runs: in force at once, lowered below what is held, and taken away. */
#include "hard.h"

static void check_is(const char *name, const char *wanted)
{
	char value[32];

	CHECK(hakmem_option_get(name, value, sizeof value) == strlen(wanted) && !strcmp(value, wanted), "%s: %s", name,
	      value);
}

int main(void)
{
	struct chain *chain = NULL;
	size_t n;

	check_is("limit_hard", "off");
	check_is("limit_soft", "auto");
	CHECK(stats_now().limit_hard == 0);
	CHECK(hakmem_option_set("limit_hard", "100m") == 0);
	check_is("limit_hard", "100M");
	CHECK(stats_now().limit_hard == MIB(100) && (stats_now().limit_from & 1));
	CHECK(stats_now().limit_soft > 0 && stats_now().limit_soft <= MIB(90));
	n = take_all(&chain, malloc, 10000);
	CHECK(n * 10000 > MIB(90));

	CHECK(hakmem_option_set("limit_hard", "50M") == 0);
	CHECK_ENOMEM(malloc(hide_n(100000)));
	CHECK(hakmem_option_set("limit_hard", "200M") == 0);
	CHECK(take_all(&chain, malloc, 10000) * 10000 > MIB(90));
	CHECK(hakmem_option_set("limit_hard", "off") == 0);
	CHECK(hide(malloc(MIB(200))));
	free_all(chain);

	CHECK(hakmem_option_set("limit_hard", "7%") == 0);
	check_is("limit_hard", "7%");
	CHECK(stats_now().limit_hard > 0);
	CHECK(hakmem_option_set("limit_soft", "1G") == 0);
	check_is("limit_soft", "1G");
	CHECK(stats_now().limit_soft == GIB(1));
	CHECK(hakmem_option_set("limit_soft", "1500K") == 0);
	check_is("limit_soft", "1500K");
	CHECK(hakmem_option_set("limit_hard", "0") == 0);
	check_is("limit_hard", "off");
	CHECK(hakmem_option_set("limit_hard", "1023K") == -1 && errno == EINVAL);
	CHECK(hakmem_option_set("limit_hard", "0%") == -1 && errno == EINVAL);
	CHECK(hakmem_option_set("limit_hard", "101%") == -1 && errno == EINVAL);
	CHECK(hakmem_option_set("limit_hard", "%") == -1 && errno == EINVAL);
	CHECK(hakmem_option_set("limit_hard", "129T") == -1 && errno == EINVAL);
	CHECK(hakmem_option_set("limit_hard", "-5M") == -1 && errno == EINVAL);
	CHECK(hakmem_option_set("limit_hard", "auto") == -1 && errno == EINVAL);
	CHECK(hakmem_option_set("limit", "none") == -1 && errno == EPERM);
	return 0;
}
