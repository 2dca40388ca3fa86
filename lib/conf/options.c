/* SPDX-License-Identifier: MIT */
#include "conf/options.h"

#include <string.h>

#include "base/atomic.h"
#include "conf/limits.h"
#include "os/page.h"

#define N_WORDS_MAX 4
#define SIZE 2
#define PATH 3
#define BOOL 4
#define BYTES 5
#define FOREIGN_MAX 200 /* bytes of somebody else's text in a line of ours */
#define SEE "; see hakmem.conf(5)\n"

struct option {
	char name[16];
	uint16_t offset;          /* in struct hak_options; of a path: which one */
	bool can_change;          /* at run time */
	uint8_t form;             /* false: a choice; true: a number; or SIZE, PATH, BOOL or BYTES */
	char words[N_WORDS_MAX][9]; /* of a choice: its values in order, from 0; of a size: what else it takes */
	int64_t least, most;      /* of a number, or bytes */
};

enum path { CGROUP_ROOT, STATS_FILE, PROF_DUMP };

#define FIELD(name) #name, offsetof(struct hak_options, name)

/* Strings inside, no pointers: nothing here needs a relocation. */
static const struct option options[] = {
	{ FIELD(strict), false, BOOL, { "false", "true" }, 0, 0 },
	{ "on_error", offsetof(struct hak_options, on_report), false, false, { "abort", "report" }, 0, 0 },
	{ FIELD(stats), false, false, { "none", "exit", "json" }, 0, 0 },
	{ FIELD(cache_cap), false, true, { "" }, 0, HAK_CACHE_MOST },
	{ FIELD(diet), true, BOOL, { "false", "true" }, 0, 0 },
	{ FIELD(purge_delay), true, true, { "" }, -1, (int64_t)3600 * 1000 },
	{ FIELD(purge_thread), true, BOOL, { "false", "true" }, 0, 0 },
	{ FIELD(purge_lazy), true, BOOL, { "false", "true" }, 0, 0 },
	{ FIELD(thp), true, false, { "default", "always", "never", "auto" }, 0, 0 },
	{ FIELD(limit_soft), true, SIZE, { "auto", "off" }, HAK_LIMIT_LEAST, HAK_LIMIT_MOST },
	{ FIELD(limit_hard), true, SIZE, { "off" }, HAK_LIMIT_LEAST, HAK_LIMIT_MOST },
	{ FIELD(limit), false, false, { "none", "cgroup" }, 0, 0 },
	{ "cgroup_root", CGROUP_ROOT, false, PATH, { "" }, 0, 0 },
	{ FIELD(name_memory), false, BOOL, { "false", "true" }, 0, 0 },
	{ FIELD(prof), true, BOOL, { "false", "true" }, 0, 0 },
	{ FIELD(prof_interval), true, BYTES, { "" }, 1, HAK_PROF_INTERVAL_MOST },
	{ FIELD(prof_memory), false, BYTES, { "" }, HAK_PROF_MEMORY_LEAST, HAK_PROF_MEMORY_MOST },
	{ FIELD(prof_leaks), false, BOOL, { "false", "true" }, 0, 0 },
	{ FIELD(prof_signal), false, true, { "" }, 0, HAK_PROF_SIGNAL_MOST },
	{ "prof_dump", PROF_DUMP, false, PATH, { "off", "exit" }, 0, 0 },
	{ "stats_file", STATS_FILE, false, PATH, { "none" }, 0, 0 },
	{ FIELD(stats_interval), true, true, { "" }, 1, 86400 },
	{ FIELD(stats_page), false, BOOL, { "false", "true" }, 0, 0 },
	{ FIELD(ring), false, true, { "" }, 0, HAK_RING_MOST },
	{ FIELD(profile), false, false, { "default", "hardened", "debug" }, 0, 0 },
	{ FIELD(zero_free), false, BOOL, { "false", "true" }, 0, 0 },
	{ FIELD(pad), false, BOOL, { "false", "true" }, 0, 0 },
	{ FIELD(random), false, BOOL, { "false", "true" }, 0, 0 },
	{ FIELD(quarantine), false, BOOL, { "false", "true" }, 0, 0 },
	{ FIELD(kinds), false, BOOL, { "false", "true" }, 0, 0 },
	{ FIELD(guard), false, BOOL, { "false", "true" }, 0, 0 },
	{ FIELD(chaos), false, true, { "" }, 0, HAK_CHAOS_MOST },
	{ FIELD(chaos_seed), false, true, { "" }, 0, HAK_CHAOS_SEED_MOST },
	{ FIELD(guard_sample), false, BOOL, { "false", "true", "now" }, 0, 0 },
};

#define N_OPTIONS (sizeof options / sizeof options[0])

#define DEFAULTS { .cache_cap = HAK_CACHE_MOST, .purge_delay = HAK_PURGE_DELAY, \
	.thp = HAK_THP_AUTO, .limit_soft = HAK_SIZE_AUTO, .prof_interval = HAK_PROF_INTERVAL, .prof_memory = HAK_PROF_MEMORY, \
	.stats_interval = HAK_STATS_INTERVAL, .guard_sample = true }

struct hak_options hak_options = DEFAULTS;
static uint8_t origins[N_OPTIONS]; /* any: enum hak_origin */
char hak_cgroup_root[HAK_ROOT_SIZE];
char hak_prof_dump[HAK_ROOT_SIZE];
char hak_stats_path[HAK_ROOT_SIZE];
enum hak_options_state hak_options_state;
uint32_t hak_harden = HAK_HARDEN_UNKNOWN;

static int64_t *field_of(struct hak_options *of, const struct option *o)
{
	return (int64_t *)((char *)of + o->offset);
}

uint32_t hak_options_harden(void)
{
	uint32_t all = 0;

	all |= hak_options.zero_free ? HAK_HARDEN_ZERO : 0U;
	all |= hak_options.pad ? HAK_HARDEN_PAD : 0U;
	all |= hak_options.random ? HAK_HARDEN_RANDOM : 0U;
	all |= hak_options.quarantine ? HAK_HARDEN_QUARANTINE : 0U;
	all |= hak_options.kinds ? HAK_HARDEN_KINDS : 0U;
	all |= hak_options.guard ? HAK_HARDEN_GUARD : 0U;
	all |= hak_options.chaos != 0 ? HAK_HARDEN_CHAOS | HAK_HARDEN_MOVE : 0U;
	all |= hak_options.profile == HAK_PROFILE_DEBUG ? HAK_HARDEN_MOVE | HAK_HARDEN_CHECK : 0U;
	return all;
}

/* Of a PATH, which has no field. */
static char *path_of(const struct option *o)
{
	return o->offset == CGROUP_ROOT ? hak_cgroup_root : o->offset == STATS_FILE ? hak_stats_path : hak_prof_dump;
}

static const char *default_path_of(const struct option *o)
{
	return o->offset == CGROUP_ROOT ? HAK_CGROUP_ROOT : o->words[0];
}

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* In any case; b is lower. */
static bool is_equal(const char *a, size_t n, const char *b)
{
	for (size_t i = 0; i < n; i++)
		if (lower(a[i]) != b[i] || b[i] == '\0')
			return false;
	return b[n] == '\0';
}

static const struct option *find_option(const char *name, size_t n)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (is_equal(name, n, options[i].name))
			return &options[i];
	return NULL;
}

/* Edit distance, for hints; words longer than the table are just far away. */
static unsigned distance(const char *a, size_t n, const char *b)
{
	unsigned row[24];
	size_t m = hak_text_measure(b);

	if (n >= 24 || m >= 24)
		return 24;
	for (size_t j = 0; j <= m; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			unsigned best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[m];
}

static const struct option *nearest_option(const char *name, size_t n)
{
	const struct option *best = NULL;
	unsigned least = 4; /* further off is no help */

	for (size_t i = 0; i < N_OPTIONS; i++) {
		unsigned d = distance(name, n, options[i].name);

		if (d < least && d < hak_text_measure(options[i].name)) { /* one letter kept at least */
			least = d;
			best = &options[i];
		}
	}
	return best;
}

static bool parse_number(const char *value, size_t n, int64_t *out)
{
	bool is_negative = n > 0 && value[0] == '-';
	int64_t v = 0;

	if (n == (is_negative ? 1U : 0U) || n > 15)
		return false;
	for (size_t i = is_negative; i < n; i++) {
		if (value[i] < '0' || value[i] > '9')
			return false;
		v = v * 10 + (value[i] - '0');
	}
	*out = is_negative ? -v : v;
	return true;
}

static bool parse_bool(const char *value, size_t n, int64_t *out)
{
	static const char words[][6] = { "false", "true", "off", "on", "no", "yes", "0", "1" };

	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (is_equal(value, n, words[i])) {
			*out = i & 1;
			return true;
		}
	}
	return false;
}

/* Digits, then K, M, G or T, or KiB and so on, or %. */
static bool parse_size(const struct option *o, const char *value, size_t n, int64_t *out)
{
	static const char units[][4] = { "k", "m", "g", "t", "kib", "mib", "gib", "tib" };
	size_t n_digits = 0;
	unsigned shift = 0;
	bool is_percent;

	for (unsigned i = 0; i < N_WORDS_MAX; i++) {
		if (o->words[i][0] != '\0' && is_equal(value, n, o->words[i])) {
			*out = is_equal(value, n, "auto") ? HAK_SIZE_AUTO : 0;
			return true;
		}
	}
	while (n_digits < n && value[n_digits] >= '0' && value[n_digits] <= '9')
		n_digits++;
	for (unsigned i = 0; i < sizeof units / sizeof units[0]; i++)
		if (is_equal(value + n_digits, n - n_digits, units[i]))
			shift = 10 * (i % 4 + 1);
	is_percent = is_equal(value + n_digits, n - n_digits, "%");
	if (n_digits < n && shift == 0 && !is_percent)
		return false;
	if (!parse_number(value, n_digits, out) || *out > o->most >> shift)
		return false;
	*out = is_percent ? -*out : *out << shift;
	if (o->form == BYTES)
		return *out >= o->least;
	return *out == 0 ? !is_percent : *out >= o->least || (*out < 0 && *out >= -100);
}

static bool is_word(const struct option *o, const char *value, size_t n)
{
	for (unsigned i = 0; i < N_WORDS_MAX && o->words[i][0] != '\0'; i++)
		if (is_equal(value, n, o->words[i]))
			return true;
	return false;
}

static bool HAK_COLD parse_value(const struct option *o, const char *value, size_t n, int64_t *out)
{
	*out = 0;
	if (o->form == PATH)
		return n > 0 && n < HAK_ROOT_SIZE && (value[0] == '/' || is_word(o, value, n));
	if (o->form == SIZE || o->form == BYTES)
		return parse_size(o, value, n, out);
	if (o->form == BOOL && parse_bool(value, n, out))
		return true;
	if (o->form == true)
		return parse_number(value, n, out) && *out >= o->least && *out <= o->most;
	for (unsigned i = 0; i < N_WORDS_MAX && o->words[i][0] != '\0'; i++) {
		if (is_equal(value, n, o->words[i])) {
			*out = i;
			return true;
		}
	}
	return false;
}

static void add_size(struct hak_text *t, int64_t v)
{
	static const char units[] = "\0KMGT";
	unsigned i = 0;

	if (v == 0 || v == HAK_SIZE_AUTO) {
		hak_text_add(t, v == 0 ? "off" : "auto");
		return;
	}
	if (v < 0) {
		hak_text_add_signed(t, -v);
		hak_text_add(t, "%");
		return;
	}
	for (; v % 1024 == 0 && i < 4; i++)
		v /= 1024;
	hak_text_add_signed(t, v);
	hak_text_add_bytes(t, &units[i], i > 0);
}

static void add_as(struct hak_text *t, const struct option *o, int64_t v, const char *path)
{
	if (o->form == PATH)
		hak_text_add(t, path);
	else if (o->form == SIZE || o->form == BYTES)
		add_size(t, v);
	else if (o->form == true)
		hak_text_add_signed(t, v);
	else
		hak_text_add(t, o->words[v]);
}

static void add_range(struct hak_text *t, const struct option *o)
{
	if (o->form == true) {
		hak_text_add_signed(t, o->least);
		hak_text_add(t, " to ");
		hak_text_add_signed(t, o->most);
		return;
	}
	for (unsigned i = 0; i < N_WORDS_MAX && o->words[i][0] != '\0'; i++) {
		hak_text_add(t, i > 0 ? ", " : "");
		hak_text_add(t, o->words[i]);
	}
	if (o->form == SIZE || o->form == BYTES) {
		hak_text_add(t, o->form == SIZE ? ", 1% to 100%, " : "");
		add_size(t, o->least);
		hak_text_add(t, " to ");
		add_size(t, o->most);
	} else if (o->form == PATH) {
		hak_text_add(t, o->words[0][0] != '\0' ? ", /PATH" : "/PATH");
	}
}

/* What the environment holds, as one line of printable characters. */
static void add_foreign(struct hak_text *t, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n && i < FOREIGN_MAX; i++) {
		char c = bytes[i];

		if ((unsigned char)c < ' ' || c == 0x7f)
			c = '?';
		hak_text_add_bytes(t, &c, 1);
	}
	hak_text_add(t, n > FOREIGN_MAX ? "..." : "");
}

static void HAK_COLD report_name(const struct hak_source *source, const char *name, size_t n)
{
	const struct option *hint = nearest_option(name, n);
	struct hak_text t;

	hak_text_open_line(&t);
	hak_text_add(&t, "hakmem: ");
	hak_sources_name(&t, source);
	hak_text_add(&t, ": unknown option \"");
	add_foreign(&t, name, n);
	hak_text_add(&t, "\"");
	if (hint != NULL) {
		hak_text_add(&t, " (did you mean \"");
		hak_text_add(&t, hint->name);
		hak_text_add(&t, "\"?)");
	}
	hak_text_add(&t, SEE);
	hak_text_close(&t);
}

static void HAK_COLD report_value(const struct hak_source *source, const struct option *o, const char *value, size_t n)
{
	struct hak_text t;

	hak_text_open_line(&t);
	hak_text_add(&t, "hakmem: ");
	hak_sources_name(&t, source);
	hak_text_add(&t, ": bad value \"");
	add_foreign(&t, value, n);
	hak_text_add(&t, "\" for \"");
	hak_text_add(&t, o->name);
	hak_text_add(&t, "\": it takes ");
	add_range(&t, o);
	hak_text_add(&t, SEE);
	hak_text_close(&t);
}

/* One "name:value" or "name=value". Returns whether it was right. */
static bool HAK_COLD read_pair(const struct hak_source *source, const char *pair, size_t n)
{
	size_t sign = 0, n_name;
	const struct option *o;
	const char *value;
	size_t n_value;
	int64_t v;

	while (sign < n && pair[sign] != ':' && pair[sign] != '=')
		sign++;
	for (n_name = sign; n_name > 0 && hak_text_is_blank(pair[n_name - 1]); n_name--)
		;
	for (sign += sign < n; sign < n && hak_text_is_blank(pair[sign]); sign++)
		;
	o = find_option(pair, n_name);
	value = pair + sign;
	n_value = n - sign;

	if (o == NULL) {
		report_name(source, pair, n_name);
		return false;
	}
	if (!parse_value(o, value, n_value, &v)) {
		report_value(source, o, value, n_value);
		return false;
	}
	if (o->form == PATH) {
		/* The first word is what an empty one means. */
		if (o->words[0][0] != '\0' && is_equal(value, n_value, o->words[0]))
			n_value = 0;
		memmove(path_of(o), value, n_value);
		path_of(o)[n_value] = '\0';
	} else {
		hak_store_relaxed(field_of(&hak_options, o), v);
	}
	hak_store_relaxed(&origins[o - options], (uint8_t)source->origin);
	return true;
}

static bool is_default(const struct option *o)
{
	return hak_load_relaxed(&origins[o - options]) == HAK_FROM_DEFAULT;
}

/* A profile sets the options that are not set by themselves, wherever; and so does chaos. */
static void follow_profile(void)
{
	static const struct { const char name[16]; uint32_t value; bool is_hardened; } parts[] = { { "zero_free", 1, true },
		{ "pad", 1, true }, { "random", 1, true }, { "quarantine", 1, true }, { "kinds", 1, true }, { "guard", 1, true },
		{ "prof", 1, false }, { "prof_interval", 1, false }, { "prof_memory", HAK_PROF_MEMORY_DEBUG, false },
		{ "prof_leaks", 1, false } };

	for (size_t i = 0; i < sizeof parts / sizeof *parts && hak_options.profile != HAK_PROFILE_DEFAULT; i++) {
		const struct option *o = find_option(parts[i].name, hak_text_measure(parts[i].name));

		if ((parts[i].is_hardened || hak_options.profile == HAK_PROFILE_DEBUG) && is_default(o))
			hak_store_relaxed(field_of(&hak_options, o), parts[i].value);
	}
	if (hak_options.chaos != 0 && is_default(find_option("random", 6)))
		hak_store_relaxed(&hak_options.random, 1);
}

void hak_options_read(void)
{
	enum hak_options_state unread = HAK_OPTIONS_UNREAD;
	char **environment = hak_sources_environment();
	bool is_right;

	if (environment == NULL || !hak_cas_acquire(&hak_options_state, &unread, HAK_OPTIONS_READING))
		return;
	is_right = hak_sources_read(environment, read_pair);
	follow_profile();
	hak_store_relaxed(&hak_os_is_naming, hak_options.name_memory != 0);
	HAK_REQUIRE(is_right || !hak_options.strict, "options have mistakes, and strict:true makes them fatal");
	/* Pairs with the acquire in hak_options_ensure(). */
	hak_store_release(&hak_options_state, HAK_OPTIONS_READ);
}

enum hak_option_answer hak_options_set(const char *name, const char *value)
{
	const struct option *o = find_option(name, hak_text_measure(name));
	int64_t v;

	hak_options_ensure();
	if (o == NULL)
		return HAK_OPTION_UNKNOWN;
	if (!parse_value(o, value, hak_text_measure(value), &v))
		return HAK_OPTION_BAD_VALUE;
	if (!o->can_change)
		return HAK_OPTION_FIXED;
	hak_store_relaxed(field_of(&hak_options, o), v);
	hak_store_relaxed(&origins[o - options], (uint8_t)HAK_FROM_CALL);
	return o->form == SIZE ? HAK_OPTION_DONE_SIZE : HAK_OPTION_DONE;
}

static void add_value(struct hak_text *out, const struct option *o)
{
	if (o->form != PATH)
		add_as(out, o, hak_load_relaxed(field_of(&hak_options, o)), NULL);
	else
		add_as(out, o, 0, path_of(o)[0] != '\0' ? path_of(o) : default_path_of(o));
}

bool hak_options_get(const char *name, struct hak_text *out)
{
	const struct option *o = find_option(name, hak_text_measure(name));

	hak_options_ensure();
	if (o != NULL)
		add_value(out, o);
	return o != NULL;
}

bool hak_options_get_default(const char *name, struct hak_text *out)
{
	struct hak_options defaults = DEFAULTS;
	const struct option *o = find_option(name, hak_text_measure(name));

	if (o != NULL && o->form == PATH)
		add_as(out, o, 0, default_path_of(o));
	else if (o != NULL)
		add_as(out, o, *field_of(&defaults, o), NULL);
	return o != NULL;
}

enum hak_origin hak_options_origin(const char *name)
{
	const struct option *o = find_option(name, hak_text_measure(name));

	hak_options_ensure();
	return o != NULL ? (enum hak_origin)hak_load_relaxed(&origins[o - options]) : HAK_N_ORIGINS;
}

void hak_options_list(struct hak_text *out)
{
	hak_options_ensure();
	for (size_t i = 0; i < N_OPTIONS; i++) {
		hak_text_add(out, options[i].name);
		hak_text_add(out, ": ");
		add_value(out, &options[i]);
		hak_text_add(out, "\n");
	}
}
