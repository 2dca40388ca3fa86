/* SPDX-License-Identifier: MIT */
/* hakmem-stat: the figures of running programs, read from outside. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "events.h"
#include "published.h"
#include "reckon.h"

static const char usage[] =
	"Usage: hakmem-stat [OPTION]... PID...\n"
	"       hakmem-stat [OPTION]... --all\n"
	"Shows what the heaps of running programs hold that run under libhakmem.\n"
	"\n"
	"  -a, --all           all such programs of this machine that may be looked into\n"
	"  -j, --json          one JSON object a line for each\n"
	"      --openmetrics   metrics, as OpenMetrics has them\n"
	"      --prometheus    metrics, in the text format of Prometheus\n"
	"      --ring          what the programs' threads did last, if they record it (ring:N)\n"
	"      --page          only what the programs publish themselves (stats_page:true), text or JSON\n"
	"  -w, --watch SECONDS again every so many seconds, until the programs have ended\n"
	"  -h, --help          print this, and exit\n"
	"  -V, --version       print the version, and exit\n"
	"\n"
	"Exit status: 0; 1 if a program could not be looked into, 2 for wrong usage.\n";

/* What was read in one round, and in the one before. */
struct round {
	struct hak_record *record;
	size_t n, room;
};

struct wish {
	enum hakmem_format format;
	bool is_watch, is_all, is_page, is_ring;
	double pause;      /* s */
	pid_t *pid;
	size_t n_pids;
};

static struct target target;   /* one at a time; large */
static bool is_failed;
static unsigned n_hidden;      /* processes that --all could not look into */

static void *must(void *p)
{
	if (p == NULL) {
		fprintf(stderr, "hakmem-stat: no memory\n");
		exit(1);
	}
	return p;
}

static void complain(pid_t pid, const char *name, const char *lines)
{
	fprintf(stderr, "hakmem-stat: %d%s%s%s: ", (int)pid, name[0] != '\0' ? " (" : "", name, name[0] != '\0' ? ")" : "");
	for (; *lines != '\0'; lines++) {
		fputc(*lines, stderr);
		if (*lines == '\n' && lines[1] != '\0')
			fprintf(stderr, "hakmem-stat: ");
	}
	is_failed = true;
}

/* Reads one process into the round. */
static void read_process(struct round *r, pid_t pid, bool is_quiet)
{
	if (r->n == r->room) {
		r->room = r->room * 2 + 4;
		r->record = must(realloc(r->record, r->room * sizeof *r->record));
	}
	if (!target_open(&target, pid)) {
		n_hidden += !target.is_foreign;
		if (!is_quiet)
			complain(pid, target.name, target.trouble);
	} else if (reckon(&target, &r->record[r->n])) {
		r->n++;
	} else if (!is_quiet) {
		complain(pid, target.name, "it has ended meanwhile\n");
	}
	target_close(&target);
}

static void read_all(struct round *r)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;

	n_hidden = 0;
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		char *end;
		long pid = strtol(entry->d_name, &end, 10);

		if (*end == '\0' && pid > 0 && pid != getpid())
			read_process(r, (pid_t)pid, true);
	}
	if (folder != NULL)
		closedir(folder);
}

static const struct hak_record *find(const struct round *r, uint64_t pid)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->record[i].pid == pid)
			return &r->record[i];
	return NULL;
}

static void add_padded(struct hak_text *t, const char *s, size_t width)
{
	size_t n = strlen(s) < width ? strlen(s) : width;

	hak_text_add_bytes(t, s, n);
	for (; n < width; n++)
		hak_text_add(t, " ");
}

/* A size in 11 columns. */
static void add_size(struct hak_text *t, uint64_t n_bytes)
{
	hak_record_print_size(t, n_bytes, n_bytes < 1024 ? 9 : 7);
}

static uint64_t per_second(uint64_t now, uint64_t before, uint64_t ms)
{
	return now > before && ms > 0 ? (now - before) * 1000 / ms : 0;
}

/* With rates where there is more than one round. */
static void print_heading(struct hak_text *t, bool has_rates)
{
	hak_text_add(t, "time          pid program               live   resident     caches      slabs      dirty      holes"
		"       held");
	hak_text_add(t, has_rates ? " refills/s flushes/s\n" : "\n");
}

static void print_line(struct hak_text *t, const struct hak_record *r, bool has_rates, const struct hak_record *before)
{
	char clock[16];
	time_t s = (time_t)(r->time / 1000);
	struct tm tm;
	uint64_t ms = before != NULL ? r->time - before->time : 0;

	strftime(clock, sizeof clock, "%H:%M:%S", localtime_r(&s, &tm));
	hak_text_add(t, clock);
	hak_text_add_column(t, r->pid, 9);
	hak_text_add(t, " ");
	add_padded(t, r->program, 15);
	add_size(t, r->stats.allocated);
	add_size(t, r->stats.resident);
	add_size(t, r->stats.cached);
	add_size(t, r->stats.slab_free);
	add_size(t, r->stats.dirty + r->stats.lazy);
	add_size(t, r->stats.holes);
	add_size(t, r->stats.held);
	if (has_rates) {
		hak_text_add_column(t, before != NULL ? per_second(r->stats.n_refills, before->stats.n_refills, ms) : 0, 10);
		hak_text_add_column(t, before != NULL ? per_second(r->stats.n_flushes, before->stats.n_flushes, ms) : 0, 10);
	}
	hak_text_add(t, "\n");
}

/* Returns whether it could be written. */
static bool print_round(const struct wish *wish, const struct round *r, const struct round *before, bool is_first)
{
	struct hak_text t;

	hak_text_open(&t, STDOUT_FILENO);
	if (wish->format == HAKMEM_OPENMETRICS || wish->format == HAKMEM_PROMETHEUS) {
		hak_record_print_metrics(&t, r->record, r->n, wish->format);
	} else if (wish->format == HAKMEM_TEXT && (wish->is_watch || wish->is_all)) {
		if (is_first)
			print_heading(&t, wish->is_watch);
		for (size_t i = 0; i < r->n; i++)
			print_line(&t, &r->record[i], wish->is_watch, find(before, r->record[i].pid));
	} else {
		for (size_t i = 0; i < r->n; i++)
			hak_record_print(&t, &r->record[i], wish->format);
		if (wish->is_watch && wish->is_all)
			hak_text_add(&t, "\n");
	}
	return hak_text_close(&t) == 0;
}

/* Returns how many there were. */
static size_t print_pages(const struct wish *wish, bool is_quiet, bool *is_written)
{
	struct hak_text t;
	size_t n = 0;

	hak_text_open(&t, STDOUT_FILENO);
	for (size_t i = 0; i < wish->n_pids; i++) {
		if (wish->is_ring ? events_print(&target, wish->pid[i], &t) :
			published_print(&target, wish->pid[i], wish->format == HAKMEM_JSON, &t))
			n++;
		else if (!is_quiet)
			complain(wish->pid[i], target.name, target.trouble);
		target_close(&target);
	}
	*is_written = hak_text_close(&t) == 0;
	return n;
}

static void rest(double seconds)
{
	struct timespec t = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };

	nanosleep(&t, NULL);
}

static void watch_pages(const struct wish *wish)
{
	bool is_first = true, is_written, goes_on;

	do {
		goes_on = print_pages(wish, !is_first, &is_written) > 0 && wish->is_watch && is_written;
		is_first = false;
		if (goes_on)
			rest(wish->pause);
	} while (goes_on);
	is_failed |= !is_written;
}

static void watch(const struct wish *wish)
{
	struct round round = { NULL, 0, 0 }, before = { NULL, 0, 0 };
	bool is_first = true, is_written;

	do {
		struct round old = before;

		before = round;
		round = old;
		round.n = 0;
		if (wish->is_all)
			read_all(&round);
		for (size_t i = 0; i < wish->n_pids; i++)
			read_process(&round, wish->pid[i], !is_first);
		is_written = print_round(wish, &round, &before, is_first);
		is_first = false;
		if (wish->is_watch && is_written && (round.n > 0 || wish->is_all))
			rest(wish->pause);
	} while (wish->is_watch && is_written && (round.n > 0 || wish->is_all));
	if (wish->is_all && !wish->is_watch && n_hidden > 0 && wish->format == HAKMEM_TEXT)
		fprintf(stderr, "hakmem-stat: %u more processes may not be looked into%s\n", n_hidden,
			geteuid() != 0 ? "; run as root, it sees them" : "");
	is_failed |= !is_written;
	free(round.record);
	free(before.record);
}

static void __attribute__((noreturn)) refuse(const char *what, const char *value)
{
	fprintf(stderr, "hakmem-stat: %s%s%s%s\nhakmem-stat: try 'hakmem-stat --help'\n", what, value != NULL ? " '" : "",
		value != NULL ? value : "", value != NULL ? "'" : "");
	exit(2);
}

static double number_of(const char *value)
{
	char *end;
	double n = strtod(value, &end);

	if (end == value || *end != '\0' || !(n >= 0.01 && n <= 86400))
		refuse("--watch takes seconds, 0.01 to 86400, not", value);
	return n;
}

static pid_t pid_of(const char *value)
{
	char *end;
	long pid;

	errno = 0;
	pid = strtol(value, &end, 10);
	if (end == value || *end != '\0' || pid <= 0 || pid > INT32_MAX || errno != 0)
		refuse("not the number of a process:", value);
	return (pid_t)pid;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' }, { "json", no_argument, NULL, 'j' }, { "openmetrics", no_argument, NULL, 'o' },
		{ "prometheus", no_argument, NULL, 'p' }, { "page", no_argument, NULL, 'P' },
		{ "ring", no_argument, NULL, 'r' }, { "watch", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	struct wish wish = { .format = HAKMEM_TEXT };
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "ajw:hV", options, NULL)) != -1) {
		switch (c) {
		case 'a':
			wish.is_all = true;
			break;
		case 'j':
			wish.format = HAKMEM_JSON;
			break;
		case 'o':
			wish.format = HAKMEM_OPENMETRICS;
			break;
		case 'p':
			wish.format = HAKMEM_PROMETHEUS;
			break;
		case 'P':
			wish.is_page = true;
			break;
		case 'r':
			wish.is_ring = true;
			break;
		case 'w':
			wish.is_watch = true;
			wish.pause = number_of(optarg);
			break;
		case 'h':
			fputs(usage, stdout);
			return fflush(stdout) != 0;
		case 'V':
			printf("hakmem-stat (libhakmem) %s\n", HAKMEM_VERSION);
			return fflush(stdout) != 0;
		default:
			refuse("unknown option, or one without its value:", argv[optind - 1]);
		}
	}
	if (wish.is_all == (optind < argc))
		refuse(wish.is_all ? "--all takes no PID" : "no PID given", NULL);
	if (wish.is_page && (wish.is_all || wish.format == HAKMEM_OPENMETRICS || wish.format == HAKMEM_PROMETHEUS))
		refuse("--page goes with PIDs, as text or JSON", NULL);
	if (wish.is_ring && (wish.is_all || wish.is_page || wish.is_watch || wish.format != HAKMEM_TEXT))
		refuse("--ring goes with PIDs alone", NULL);
	if (wish.is_watch && (wish.format == HAKMEM_OPENMETRICS || wish.format == HAKMEM_PROMETHEUS))
		refuse("metrics are for one time: --watch does not go with them", NULL);
	wish.n_pids = (size_t)(argc - optind);
	wish.pid = must(calloc(wish.n_pids + 1, sizeof *wish.pid));
	for (size_t i = 0; i < wish.n_pids; i++)
		wish.pid[i] = pid_of(argv[optind + (int)i]);
	if (wish.is_page || wish.is_ring)
		watch_pages(&wish);
	else
		watch(&wish);
	free(wish.pid);
	return is_failed;
}
