/* SPDX-License-Identifier: MIT */
/* Every kind of mistake changes nothing, is told in one line, and a near miss brings the right name. */
#include "options.h"

#define SEE "; see hakmem.conf(5)\n"

static struct hak_options before;

static void check_line(const char *conf, const char *wanted)
{
	read_conf(conf);
	CHECK(strcmp(said, wanted) == 0, "%s said: %s", conf, said);
	CHECK(memcmp(&before, &hak_options, sizeof before) == 0, "%s changed something", conf);
}

static void check_name(const char *name, const char *hint)
{
	char wanted[600];

	snprintf(wanted, sizeof wanted,
		 hint != NULL ? "hakmem: HAKMEM_CONF: unknown option \"%s\" (did you mean \"%s\"?)" SEE
			      : "hakmem: HAKMEM_CONF: unknown option \"%s\"" SEE,
		 name, hint);
	check_line(name, wanted);
}

static void check_value(const char *name, const char *value, const char *range)
{
	char conf[200], wanted[600];

	CHECK(hak_options_set(name, value) == HAK_OPTION_BAD_VALUE);
	if (value[0] == ' ' || (value[0] != '\0' && value[strlen(value) - 1] == ' ')) /* there, blanks around it are none of it */
		return;
	snprintf(conf, sizeof conf, "%s:%s", name, value);
	snprintf(wanted, sizeof wanted, "hakmem: HAKMEM_CONF: bad value \"%s\" for \"%s\": it takes %s" SEE,
		 value, name, range);
	check_line(conf, wanted);
}

int main(void)
{
	static const char *const no_words[] = { "", "tru", "truee", " true", "true ", "2", "-1", "00", "yess", "y", "of",
						":", "=", "true:", "true=", "t", "\xd4true" };
	static const char *const no_numbers[] = { "",
						  "-",
						  "--1",
						  "+1",
						  " 1",
						  "1 ",
						  "0x10",
						  "1e3",
						  "1.0",
						  "262145",
						  "-2",
						  "9999999999999",
						  "00000000000000001",
						  "-9999999999999",
						  "18446744073709551617",
						  "ten" };
	static const char *const no_sizes[] = { "", "M", "%", "-1M", "1", "1023K", "129T", "140737488355329", "0%", "101%",
						"-5%", "1MB", "1Mi", "1iB", "1MiBB", "1M1", "1PiB", "1M%", "1.5G", " 1M", "1M ", "1%%",
						"999999999999999T", "offf", "yes" };
	char name[300];

	before = hak_options;
	check_name("purge_dely", "purge_delay");
	check_name("dite", "diet");
	check_name("cachecap", "cache_cap");
	check_name("on-error", "on_error");
	check_name("stat", "stats");
	check_name("stric", "strict");
	check_name("strictness", NULL);
	check_name("xyzzyxyzzy", NULL);
	check_line(" ", ""); /* blanks between options count as nothing */
	check_name("di et", "diet");
	memset(name, 'a', sizeof name);
	for (size_t n = 20; n < 30; n++) {
		name[n] = '\0';
		check_name(name, NULL);
		name[n] = 'a';
	}
	check_line(":true", "hakmem: HAKMEM_CONF: unknown option \"\"" SEE);
	check_line("=true", "hakmem: HAKMEM_CONF: unknown option \"\"" SEE);
	check_line("diet true", "hakmem: HAKMEM_CONF: unknown option \"diet true\"" SEE);
	check_line("diet", "hakmem: HAKMEM_CONF: bad value \"\" for \"diet\": it takes false, true" SEE);
	check_line("diet==true", "hakmem: HAKMEM_CONF: bad value \"=true\" for \"diet\": it takes false, true" SEE);
	for (size_t i = 0; i < N_OF(no_words); i++) {
		check_value("diet", no_words[i], "false, true");
		check_value("strict", no_words[i], "false, true");
		check_value("on_error", no_words[i], "abort, report");
		check_value("stats", no_words[i], "none, exit, json");
	}
	for (size_t i = 0; i < N_OF(no_numbers); i++)
		check_value("cache_cap", no_numbers[i], "0 to 4096");
	for (size_t i = 0; i < N_OF(no_sizes); i++)
		check_value("limit_hard", no_sizes[i], "off, 1% to 100%, 1M to 128T");
	check_value("limit_hard", "auto", "off, 1% to 100%, 1M to 128T");
	check_value("limit_soft", "1", "auto, off, 1% to 100%, 1M to 128T");
	check_value("limit", "v2", "none, cgroup");
	check_value("cgroup_root", "", "/PATH");
	check_value("cgroup_root", "sys", "/PATH");
	memset(name, '/', sizeof name);
	name[HAK_ROOT_SIZE] = '\0';
	check_value("cgroup_root", name, "/PATH");
	CHECK(hak_cgroup_root[0] == '\0');
	check_value("cache_cap", "-1", "0 to 4096");
	check_value("purge_delay", "3600001", "-1 to 3600000");
	check_value("purge_delay", "-2", "-1 to 3600000");
	/* A line is a line, whatever stands in the variable. */
	memset(name, 'x', sizeof name);
	name[299] = '\0';
	read_conf(name);
	CHECK(strlen(said) < 300 && strstr(said, "xxx...\"" SEE), "%s", said);
	check_line("bogus:1,diet:maybe", "hakmem: HAKMEM_CONF: unknown option \"bogus\"" SEE
		"hakmem: HAKMEM_CONF: bad value \"maybe\" for \"diet\": it takes false, true" SEE);

	CHECK(hak_options_set("no such", "1") == HAK_OPTION_UNKNOWN);
	CHECK(hak_options_set("", "1") == HAK_OPTION_UNKNOWN);
	CHECK(hak_options_set("strict", "true") == HAK_OPTION_FIXED);
	CHECK(hak_options_set("cache_cap", "5") == HAK_OPTION_FIXED);
	CHECK(hak_options_set("on_error", "report") == HAK_OPTION_FIXED);
	CHECK(hak_options_set("stats", "json") == HAK_OPTION_FIXED);
	CHECK(memcmp(&before, &hak_options, sizeof before) == 0);
	CHECK(hak_options_set("diet", "true") == HAK_OPTION_DONE && hak_options.diet == 1);
	CHECK(hak_options_set("purge_delay", "-1") == HAK_OPTION_DONE && hak_options.purge_delay == -1);
	return 0;
}
