/* SPDX-License-Identifier: MIT */
#include "watch/dump.h"

#include <errno.h>
#include <fcntl.h>

#include "base/atomic.h"
#include "base/bits.h"
#include "base/call.h"
#include "base/text.h"
#include "conf/options.h"
#include "large/sentry.h"
#include "os/clock.h"
#include "os/page.h"
#include "thread/thread.h"
#include "tiny/sampler.h"
#include "watch/copy.h"
#include "watch/modules.h"
#include "watch/output.h"
#include "watch/profile.h"
#include "watch/ring.h"

#define USUAL_NAME "hakmem.%p.%n.pb.gz" /* of prof_dump:exit */

/* The text format of pprof and jeprof has counts of samples, which the reader scales by their mean size; with a line for
 * each size the result is exact. */
static void add_counts(struct hak_text *t, uint64_t n_live, uint64_t live, uint64_t n_taken, uint64_t taken)
{
	hak_text_add_number(t, n_live);
	hak_text_add(t, ": ");
	hak_text_add_number(t, live);
	hak_text_add(t, " [");
	hak_text_add_number(t, n_taken);
	hak_text_add(t, ": ");
	hak_text_add_number(t, taken);
	hak_text_add(t, "] @");
}

static void add_maps(struct hak_text *t)
{
	char bytes[HAK_TEXT_SIZE];
	long n, fd = hak_call(SYS_openat, AT_FDCWD, "/proc/thread-self/maps", O_RDONLY | O_CLOEXEC);

	hak_text_add(t, "\nMAPPED_LIBRARIES:\n");
	while (fd >= 0 && ((n = hak_call(SYS_read, fd, bytes, sizeof bytes)) > 0 || n == -EINTR))
		hak_text_add_bytes(t, bytes, n > 0 ? (size_t)n : 0);
	if (fd >= 0)
		hak_call(SYS_close, fd);
}

static void write_text(struct hak_text *t, const struct hak_profile_copy *copy)
{
	struct hak_profile_site site;
	uint64_t n_live = 0, live = 0, n_taken = 0, taken = 0;

	for (size_t at = 0; hak_profile_next(copy, &at, &site);) {
		n_live += site.n_live;
		live += site.n_live * site.size;
		n_taken += site.n_taken;
		taken += site.n_taken * site.size;
	}
	hak_text_add(t, "heap profile: ");
	add_counts(t, n_live, live, n_taken, taken);
	hak_text_add(t, " heap_v2/");
	hak_text_add_number(t, copy->interval);
	hak_text_add(t, "\n");
	for (size_t at = 0; hak_profile_next(copy, &at, &site);) {
		add_counts(t, site.n_live, site.n_live * site.size, site.n_taken, site.n_taken * site.size);
		for (uint32_t i = 0; i < site.n_frames; i++) {
			hak_text_add(t, " ");
			hak_text_add_hex(t, site.frame[i]);
		}
		hak_text_add(t, "\n");
	}
	add_maps(t);
}

static void add_frame(struct hak_text *t, uintptr_t address, const struct hak_module *modules, size_t n_modules, bool names_functions)
{
	uintptr_t start;
	const char *name = names_functions ? hak_modules_function(address, &start) : NULL;
	const struct hak_module *m = hak_modules_find(modules, n_modules, address);

	if (name != NULL) {
		hak_text_add(t, name);
		return;
	}
	if (m != NULL) {
		name = m->name;
		for (const char *c = name; *c != '\0'; c++)
			if (*c == '/')
				name = c + 1;
		hak_text_add(t, name);
		hak_text_add(t, "+");
		address = address - m->start + m->offset;
	}
	hak_text_add_hex(t, address);
}

#define MODULES_SIZE hak_round_up(HAK_MODULES_MOST * sizeof(struct hak_module), hak_os_page_size())

static void add_frames(struct hak_text *t, const uintptr_t *frame, size_t n, const struct hak_module *modules, size_t n_modules)
{
	for (size_t i = 0; i < n; i++) {
		hak_text_add(t, " ");
		add_frame(t, frame[i] - 1, modules, n_modules, false);
	}
	hak_text_add(t, "\n");
}

/* Where the block at p was allocated, or freed, if the profile knows it. */
static void dump_block(const void *p, bool freed)
{
	uintptr_t frame[HAK_PROF_DEPTH];
	struct hak_cache *c = hak_thread_enter();
	size_t n_frames = hak_profile_find(p, freed, frame), n_modules;
	struct hak_module *modules;
	struct hak_text t;

	hak_thread_leave_untold(c); /* this is amid a verdict */
	modules = n_frames > 0 ? hak_os_map(MODULES_SIZE, hak_os_page_size(), "hakmem: profile") : NULL;
	if (modules == NULL)
		return;
	n_modules = hak_modules_get(modules);
	hak_text_open_line(&t);
	hak_text_add(&t, "hakmem: ");
	hak_text_add_hex(&t, (uintptr_t)p);
	hak_text_add(&t, freed ? ": freed at" : ": allocated at");
	add_frames(&t, frame, n_frames, modules, n_modules);
	hak_text_close(&t);
	hak_os_unmap(modules, MODULES_SIZE);
}

static void add_access(struct hak_text *t, const struct hak_sentry *s, const void *p)
{
	uintptr_t at = (uintptr_t)p, base = (uintptr_t)s->base, end = base + s->size;
	size_t n = at < base ? base - at : at >= end ? at - end + 1 : at - base;

	hak_text_add(t, s->given.thread != 0 ? "use after free, " : at < base ? "underflow, " : at >= end ? "overflow, " : "");
	hak_text_add_number(t, n);
	hak_text_add(t, n == 1 ? " byte " : " bytes ");
	hak_text_add(t, at < base ? "before the block " : at >= end ? "past the end of the block " : "into the block ");
	hak_text_add_hex(t, base);
	hak_text_add(t, " of ");
	hak_text_add_number(t, s->size);
	hak_text_add(t, " bytes");
}

static void add_trace(struct hak_text *t, const void *p, const char *what, const struct hak_trace *trace,
	const struct hak_module *modules, size_t n_modules)
{
	size_t n = 0;

	while (n < HAK_SENTRY_DEPTH && trace->at[n] != 0)
		n++;
	if (n == 0)
		return;
	hak_text_add(t, "hakmem: ");
	hak_text_add_hex(t, (uintptr_t)p);
	hak_text_add(t, what);
	hak_text_add(t, trace->thread == hak_sentry_thread() ? " by this thread at" : " by another thread at");
	add_frames(t, trace->at, n, modules, n_modules);
}

int hak_dump_fault(int fd, const void *p, const void *site)
{
	/* The others are return addresses, one too far. */
	const struct hak_trace access = { hak_sentry_thread(), { site != NULL ? (uintptr_t)site + 1 : 0 } };
	const struct hak_sentry *near = hak_sentry_near_any(p);
	struct hak_module *modules;
	size_t n_modules;
	struct hak_sentry s;
	struct hak_text t;

	if (near == NULL)
		return ENODATA;
	s = *near; /* its place may get another block meanwhile */
	modules = hak_os_map(MODULES_SIZE, hak_os_page_size(), "hakmem: profile");
	n_modules = modules != NULL ? hak_modules_get(modules) : 0;
	hak_text_open(&t, fd);
	hak_text_add(&t, "hakmem: access to ");
	hak_text_add_hex(&t, (uintptr_t)p);
	hak_text_add(&t, ": ");
	add_access(&t, &s, p);
	hak_text_add(&t, " (thread ");
	hak_text_add_number(&t, hak_os_thread_id());
	hak_text_add(&t, ")\n");
	add_trace(&t, p, ": accessed", &access, modules, n_modules);
	add_trace(&t, s.base, ": allocated", &s.taken, modules, n_modules);
	if (s.given.thread != 0)
		add_trace(&t, s.base, ": freed", &s.given, modules, n_modules);
	if (modules != NULL)
		hak_os_unmap(modules, MODULES_SIZE);
	return hak_text_close(&t);
}

void hak_dump_after_verdict(const void *p)
{
	if (hak_sampler_is_on()) {
		dump_block(p, false);
		dump_block(p, true);
	}
	hak_ring_tell();
}

/* The live blocks, in the input format of flame graph tools. */
static int write_folded(struct hak_text *t, const struct hak_profile_copy *copy, bool names_functions)
{
	struct hak_module *modules = hak_os_map(MODULES_SIZE, hak_os_page_size(), "hakmem: profile");
	struct hak_profile_site site;
	size_t n;

	if (modules == NULL)
		return ENOMEM;
	n = hak_modules_get(modules);
	for (size_t at = 0; hak_profile_next(copy, &at, &site);) {
		if (site.n_live == 0)
			continue;
		for (uint32_t i = site.n_frames; i > 0; i--) {
			add_frame(t, site.frame[i - 1] - 1, modules, n, names_functions);
			hak_text_add(t, i > 1 ? ";" : " ");
		}
		hak_text_add_number(t, (uint64_t)((double)site.n_live * site.weight * (double)site.size + 0.5));
		hak_text_add(t, "\n");
	}
	hak_os_unmap(modules, MODULES_SIZE);
	return 0;
}

static int write_copy(int fd, enum hakmem_prof_format format, const struct hak_profile_copy *copy, bool names_functions)
{
	struct hak_text t;
	int error = 0, failed;

	if (format == HAKMEM_PROF_PPROF)
		return hak_dump_pprof(fd, copy, names_functions);
	hak_text_open(&t, fd);
	if (format == HAKMEM_PROF_FOLDED)
		error = write_folded(&t, copy, names_functions);
	else
		write_text(&t, copy);
	failed = hak_text_close(&t);
	return error != 0 ? error : failed;
}

static int HAK_COLD write_profile(int fd, enum hakmem_prof_format format, bool names_functions, const struct hak_reach *reach)
{
	struct hak_profile_copy copy;
	struct hak_cache *c = hak_thread_enter();
	bool is_there = hak_profile_copy(&copy, reach);
	int error;

	hak_thread_leave(c);
	if (!is_there)
		return hak_sampler_is_on() ? ENOMEM : ENODATA;
	error = write_copy(fd, format, &copy, names_functions);
	hak_profile_free_copy(&copy);
	return error;
}

int hak_dump_write(int fd, enum hakmem_prof_format format)
{
	return write_profile(fd, format, true, NULL);
}

static void dump_numbered(bool names_functions, const struct hak_reach *reach)
{
	static uint64_t n_dumps; /* any */
	struct hak_text path;
	long fd;
	int error;

	hak_text_open(&path, -1);
	hak_output_add_path(&path, hak_prof_dump[0] == '/' ? hak_prof_dump : USUAL_NAME, hak_add_relaxed(&n_dumps, 1));
	path.data[path.length < HAK_TEXT_SIZE ? path.length : HAK_TEXT_SIZE - 1] = '\0'; /* cut if it does not fit */
	fd = hak_call(SYS_openat, AT_FDCWD, path.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	error = fd < 0 ? (int)-fd : write_profile((int)fd, hak_output_ends_in(path.data, ".folded") ? HAKMEM_PROF_FOLDED :
		hak_output_ends_in(path.data, ".heap") ? HAKMEM_PROF_TEXT : HAKMEM_PROF_PPROF, names_functions, reach);
	if (fd >= 0)
		hak_call(SYS_close, fd);
	if (error != 0)
		hak_output_complain("prof_dump", path.data, error);
}

void hak_dump_numbered(bool names_functions)
{
	dump_numbered(names_functions, NULL);
}

/* For how many blocks the leaked samples of a site stand. */
static uint64_t leaked_at(const struct hak_profile_site *site)
{
	return (uint64_t)((double)site->n_leaked * site->weight + 0.5);
}

static void open_leaked(struct hak_text *t, uint64_t n, uint64_t n_bytes)
{
	hak_text_open_line(t);
	hak_text_add(t, "hakmem: leaked: ");
	hak_text_add_number(t, n);
	hak_text_add(t, n == 1 ? " block, " : " blocks, ");
	hak_text_add_number(t, n_bytes);
	hak_text_add(t, " bytes");
}

/* Finds the sites that leak most bytes, and says so of all. Returns how many those are. */
static unsigned HAK_COLD find_worst(const struct hak_profile_copy *copy, struct hak_profile_site worst[HAK_LEAKS_TOLD],
	struct hak_text *sum)
{
	struct hak_profile_site site;
	uint64_t n = 0, n_bytes = 0;
	unsigned n_worst = 0, i;

	for (size_t at = 0; hak_profile_next(copy, &at, &site);) {
		if (site.n_leaked == 0)
			continue;
		n += leaked_at(&site);
		n_bytes += leaked_at(&site) * site.size;
		for (i = n_worst; i > 0 && leaked_at(&worst[i - 1]) * worst[i - 1].size < leaked_at(&site) * site.size; i--)
			if (i < HAK_LEAKS_TOLD)
				worst[i] = worst[i - 1];
		if (i < HAK_LEAKS_TOLD)
			worst[i] = site;
		n_worst += n_worst < HAK_LEAKS_TOLD;
	}
	open_leaked(sum, n, n_bytes);
	hak_text_add(sum, " in all\n");
	return n_worst;
}

static void HAK_COLD list_leaks(const struct hak_reach *reach)
{
	struct hak_module *modules = hak_os_map(MODULES_SIZE, hak_os_page_size(), "hakmem: profile");
	struct hak_profile_site worst[HAK_LEAKS_TOLD];
	struct hak_profile_copy copy;
	struct hak_cache *c = hak_thread_enter();
	bool is_there = hak_profile_copy(&copy, reach);
	size_t n_modules = modules != NULL ? hak_modules_get(modules) : 0;
	struct hak_text t, sum;
	unsigned n = 0;

	hak_thread_leave(c);
	if (is_there)
		n = find_worst(&copy, worst, &sum);
	for (unsigned i = 0; i < n; i++) {
		open_leaked(&t, leaked_at(&worst[i]), leaked_at(&worst[i]) * worst[i].size);
		hak_text_add(&t, ": allocated at");
		add_frames(&t, worst[i].frame, worst[i].n_frames, modules, n_modules);
		hak_text_close(&t);
	}
	if (n > 0)
		hak_text_close(&sum);
	if (is_there)
		hak_profile_free_copy(&copy);
	if (modules != NULL)
		hak_os_unmap(modules, MODULES_SIZE);
}

void hak_dump_at_exit(void)
{
	struct hak_reach *reach;

	if ((hak_prof_dump[0] == '\0' && !hak_options.prof_leaks) || !hak_sampler_is_on())
		return;
	reach = hak_options.prof_leaks ? hak_reach_search() : NULL;
	if (hak_prof_dump[0] != '\0')
		dump_numbered(true, reach);
	else if (reach != NULL)
		list_leaks(reach);
	hak_reach_end(reach);
}
