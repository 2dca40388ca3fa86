/* SPDX-License-Identifier: MIT */
/* Every right value of every option arrives, alone and in company, and is told back. */
#include "options.h"

#include <sys/wait.h>

extern void *__libc_stack_end __attribute__((weak));

static void check_is(const char *name, const char *value)
{
	struct hak_text t;

	hak_text_open(&t, -1);
	CHECK(hak_options_get(name, &t));
	CHECK(t.length == strlen(value) && memcmp(t.data, value, t.length) == 0, "%s is %.*s, not %s", name,
		(int)t.length, t.data, value);
}

/* A size is told back with the largest unit that divides it. */
static void check_sizes(void)
{
	static const char *const sizes[][2] = {
		{ "1M", "1M" }, { "1024K", "1M" }, { "1025k", "1025K" }, { "3m", "3M" }, { "2048M", "2G" },
		{ "1073741825", "1073741825" }, { "128T", "128T" }, { "140737488355328", "128T" }, { "2MiB", "2M" }, { "2048kib", "2M" }, { "3GIB", "3G" }, { "1TiB", "1T" },
		{ "OFF", "off" }, { "1%", "1%" },
		{ "100%", "100%" }, { "off", "off" }, { "0", "off" }, { "0M", "off" },
	};
	char conf[100];

	check_is("limit_soft", "auto");
	check_is("limit_hard", "off");
	check_is("limit", "none");
	check_is("cgroup_root", "/sys/fs/cgroup");
	for (size_t i = 0; i < N_OF(sizes); i++) {
		snprintf(conf, sizeof conf, "limit_hard:%s,limit_soft:%s", sizes[i][0], sizes[i][0]);
		read_conf(conf);
		CHECK(said[0] == '\0', "%s: %s", conf, said);
		check_is("limit_hard", sizes[i][1]);
		check_is("limit_soft", sizes[i][1]);
	}
	read_conf("limit_soft:auto,limit:cgroup,cgroup_root:/a:b/=c");
	CHECK(said[0] == '\0', "%s", said);
	check_is("limit_soft", "auto");
	check_is("limit", "cgroup");
	check_is("cgroup_root", "/a:b/=c");
}

/* In a process of its own, for what is set stays set. */
static void check_parts(const char *conf, uint32_t parts)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		read_conf(conf);
		CHECK(said[0] == '\0' && hak_options_harden() == parts, "%s: %s%x, not %x", conf, said, hak_options_harden(), parts);
		CHECK(hak_options_set("profile", "hardened") == HAK_OPTION_FIXED && hak_options_set("guard", "true") == HAK_OPTION_FIXED);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

/* A profile sets the parts that are not set by themselves, before or after it. */
static void check_profile(void)
{
	static const char *const parts[] = { "zero_free", "pad", "random", "quarantine", "kinds", "guard" };
	static const uint32_t bits[] = { HAK_HARDEN_ZERO, HAK_HARDEN_PAD, HAK_HARDEN_RANDOM, HAK_HARDEN_QUARANTINE,
		HAK_HARDEN_KINDS, HAK_HARDEN_GUARD };
	uint32_t all = 0;
	char conf[200];

	for (size_t i = 0; i < N_OF(parts); i++)
		all |= bits[i];
	check_parts("", 0);
	check_parts("profile:default", 0);
	check_parts("profile:hardened", all);
	for (size_t i = 0; i < N_OF(parts); i++) {
		snprintf(conf, sizeof conf, "%s:on", parts[i]);
		check_parts(conf, bits[i]);
		snprintf(conf, sizeof conf, "%s:off,profile:hardened", parts[i]);
		check_parts(conf, all & ~bits[i]);
		snprintf(conf, sizeof conf, "profile:hardened,%s:off", parts[i]);
		check_parts(conf, all & ~bits[i]);
	}
}

/* Not before there is an environment. It is found where the kernel has put it, where the C library knows that, before
 * `environ` says so. */
static void check_early(int n_args, char **args, char **environment)
{
	uintptr_t *stack = (uintptr_t *)(void *)args - 1;

	hak_options_state = HAK_OPTIONS_UNREAD;
	environ = NULL;
	if (&__libc_stack_end != NULL && __libc_stack_end == stack) {
		CHECK(stack[0] == (uintptr_t)n_args && environment == args + n_args + 1 && environment[0] != NULL);
		environment[0] = (char[]){ "HAKMEM_CONF=cache_cap:11" };
		stack[0] = 0; /* no program's stack looks so */
		hak_options_ensure();
		CHECK(hak_options_state == HAK_OPTIONS_UNREAD);
		stack[0] = (uintptr_t)n_args;
		hak_options_ensure();
		CHECK(hak_options_state == HAK_OPTIONS_READ);
		check_is("cache_cap", "11");
		return;
	}
	hak_options_ensure();
	CHECK(hak_options_state == HAK_OPTIONS_UNREAD);
}

int main(int n_args, char **args, char **environment)
{
	static const char *const right[][2] = {
		{ "on_error", "report" }, { "on_error", "abort" }, { "stats", "exit" }, { "stats", "json" },
		{ "stats", "none" }, { "cache_cap", "0" }, { "cache_cap", "1" }, { "cache_cap", "4096" },
		{ "diet", "true" }, { "diet", "false" }, { "purge_delay", "-1" }, { "purge_delay", "0" },
		{ "purge_delay", "3600000" }, { "purge_delay", "000000000100" }, { "strict", "true" },
		{ "strict", "false" },
	};
	char conf[100];

	check_profile();
	static const char *const words[][2] = { { "false", "true" }, { "off", "on" }, { "no", "yes" }, { "0", "1" },
		{ "FALSE", "True" }, { "OFF", "oN" }, { "No", "YES" } };
	static const char *const booleans[] = { "strict", "diet", "purge_thread", "purge_lazy", "name_memory" };

	check_is("strict", "false");
	check_is("on_error", "abort");
	check_is("stats", "none");
	check_is("diet", "false");
	check_is("purge_delay", "1000");
	for (size_t i = 0; i < N_OF(right); i++) {
		snprintf(conf, sizeof conf, "%s:%s", right[i][0], right[i][1]);
		read_conf(conf);
		CHECK(said[0] == '\0', "%s: %s", conf, said);
		check_is(right[i][0], strspn(right[i][1], "0") > 1 ? "100" : right[i][1]);
	}
	for (size_t i = 0; i < N_OF(words) * 2; i++) {
		for (size_t k = 0; k < N_OF(booleans); k++) {
			snprintf(conf, sizeof conf, "%s%s%s", booleans[k], k % 2 ? ":" : "=", words[i / 2][i % 2]);
			read_conf(conf);
			CHECK(said[0] == '\0', "%s: %s", conf, said);
			check_is(booleans[k], i % 2 ? "true" : "false");
		}
	}
	read_conf("strict=0,Stats=JSON,ON_ERROR:Report");
	CHECK(said[0] == '\0', "%s", said);
	check_is("stats", "json");
	check_is("on_error", "report");
	check_sizes();
	read_conf(",,diet:true,,purge_delay:7,cache_cap:9,diet:false,stats:json,");
	CHECK(said[0] == '\0', "%s", said);
	check_is("diet", "false");
	check_is("purge_delay", "7");
	check_is("cache_cap", "9");
	check_is("stats", "json");
	read_conf("");
	CHECK(said[0] == '\0');
	/* Once only. */
	setenv("HAKMEM_CONF", "cache_cap:10", 1);
	hak_options_read();
	check_is("cache_cap", "9");
	/* With an environment, and nothing of ours in it. */
	hak_options_state = HAK_OPTIONS_UNREAD;
	environ = (char *[]){ NULL };
	hak_options_ensure();
	CHECK(hak_options_state == HAK_OPTIONS_READ);
	check_is("cache_cap", "9");
	check_early(n_args, args, environment);
	return 0;
}
