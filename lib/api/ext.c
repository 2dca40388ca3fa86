/* SPDX-License-Identifier: MIT */
/* Owns: the hakmem_ functions that look inside and tune, and what happens when the library is loaded and at exit. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/check.h"
#include "conf/options.h"
#include "hakmem.h"
#include "large/guarded.h"
#include "region/limit.h"
#include "region/superslab.h"
#include "thread/decay.h"
#include "thread/heap.h"
#include "thread/purger.h"
#include "thread/thread.h"
#include "tiny/aside.h"
#include "watch/dump.h"
#include "watch/look.h"
#include "watch/ring.h"
#include "watch/sample.h"
#include "watch/stats.h"

static void __attribute__((constructor)) start_library(void)
{
	hak_options_read();
	hak_limit_start();
	hak_heaps_prepare();
	hak_thread_prepare();
	hak_ring_start();
	hak_look_start();
	if (hak_options.purge_thread)
		hak_purger_start();
	if (hak_options.prof)
		hak_sample_settle();
	if (hak_options.prof_signal != 0)
		hak_sample_obey_signal();
}

static void __attribute__((destructor)) end_library(void)
{
	hak_dump_at_exit();
	hak_look_end();
	if (hak_options.stats != HAK_STATS_NONE)
		hak_stats_send(STDERR_FILENO, hak_options.stats == HAK_STATS_JSON ? HAKMEM_JSON : HAKMEM_TEXT, false);
}

HAK_EXPORT const char *hakmem_version(void)
{
	return HAKMEM_VERSION;
}

static struct { /* const once the library has started */
	size_t length;
	char text[HAK_CONFIG_SIZE];
} config;

static void add_config(const char *bytes, size_t n, void *to)
{
	(void)to;
	for (size_t i = 0; i < n && config.length < sizeof config.text - 1; i++)
		config.text[config.length++] = bytes[i];
}

static void make_config(void)
{
	struct hak_text t;

	hak_text_open_sink(&t, add_config, NULL);
	hak_text_add(&t, "version: " HAKMEM_VERSION "\n");
	hak_text_add(&t, HAK_CONFIG_SUMMARY);
	hak_options_list(&t);
	hak_text_close(&t);
}

HAK_EXPORT const char *hakmem_config(void)
{
	if (config.length == 0)
		make_config();
	return config.text;
}

static size_t copy_out(void *to, const void *from, size_t wanted, size_t there)
{
	size_t n = wanted < there ? wanted : there;

	for (size_t i = 0; i < n; i++)
		((char *)to)[i] = ((const char *)from)[i];
	return n;
}

HAK_EXPORT size_t hakmem_stats_get(struct hakmem_stats *stats, size_t size)
{
	struct hakmem_stats all;

	hak_stats_get(&all);
	return copy_out(stats, &all, size, sizeof all);
}

HAK_EXPORT size_t hakmem_class_stats_get(unsigned idx, struct hakmem_class_stats *stats, size_t size)
{
	struct hakmem_class_stats all[HAK_N_CLASSES];

	if (idx >= hak_stats_get_classes(all))
		return 0;
	hak_stats_get_pinned(all, idx, idx + 1);
	return copy_out(stats, &all[idx], size, sizeof all[idx]);
}

HAK_EXPORT int hakmem_stats_write(int fd, enum hakmem_format format)
{
	unsigned of_parent = (unsigned)format & HAKMEM_OF_PARENT, form = (unsigned)format - of_parent;
	int error = EINVAL;

	if (fd >= 0 && form <= HAKMEM_PROMETHEUS)
		error = hak_stats_send(fd, (enum hakmem_format)form, of_parent != 0);
	else if (fd < 0)
		error = EBADF;
	if (error != 0)
		errno = error;
	return error == 0 ? 0 : -1;
}

static size_t check_list_locked(const struct hak_heap *h, struct hak_link *head, bool is_open, const void **found)
{
	size_t n_faults = 0;

	for (struct hak_link *l = head->next; l != head; l = l->next)
		n_faults += hak_slab_check_locked(h, HAK_MEMBER(l, struct hak_slab, link), is_open) +
			hak_aside_check_locked(HAK_MEMBER(l, struct hak_slab, link), found);
	return n_faults;
}

static size_t check_heap(struct hak_heap *h, const void **found)
{
	size_t n_faults = 0;

	hak_heap_collect_any(h);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++) {
		hak_heap_lock(h);
		n_faults += check_list_locked(h, &h->bin[sc].open, true, found) + check_list_locked(h, &h->bin[sc].full, false, found);
		hak_heap_unlock(h);
	}
	return n_faults;
}

size_t HAK_COLD hak_check_all(const void **found)
{
	struct hak_cache *c = hak_thread_enter();
	size_t n_faults = 0;

	if (!hak_thread_is_nested()) {
		if (c != NULL)
			hak_cache_flush_own(c);
		for (struct hak_heap *h = hak_heaps_first(); h != NULL; h = hak_load_acquire(&h->next))
			n_faults += check_heap(h, found);
		n_faults += hak_superslab_check() + hak_guarded_check(found);
	}
	hak_thread_leave(c);
	return n_faults;
}

HAK_EXPORT size_t hakmem_check(void)
{
	return hak_check_all(NULL);
}

HAK_EXPORT int hakmem_option_set(const char *name, const char *value)
{
	switch (hak_options_set(name, value)) {
	case HAK_OPTION_DONE_SIZE:
		hak_limit_change();
		return 0;
	case HAK_OPTION_DONE:
		if (hak_options.purge_thread && !hak_purger_start()) {
			hak_store_relaxed(&hak_options.purge_thread, false);
			errno = EAGAIN;
			break;
		}
		if (hak_sampler_is_on() != (hak_load_relaxed(&hak_options.prof) != 0) && !hak_sample_settle()) {
			errno = ENOMEM;
			break;
		}
		return 0;
	case HAK_OPTION_UNKNOWN:
		errno = ENOENT;
		break;
	case HAK_OPTION_BAD_VALUE:
		errno = EINVAL;
		break;
	case HAK_OPTION_FIXED:
		errno = EPERM;
		break;
	}
	return -1;
}

static size_t get_option(bool (*get)(const char *name, struct hak_text *out), const char *name, char *value, size_t size)
{
	struct hak_text t;

	hak_text_open(&t, -1);
	if (!get(name, &t)) {
		errno = ENOENT;
		return 0;
	}
	if (size > 0) {
		size_t n = copy_out(value, t.data, size - 1, t.length);

		value[n] = '\0';
	}
	return t.length;
}

HAK_EXPORT size_t hakmem_option_get(const char *name, char *value, size_t size)
{
	return get_option(hak_options_get, name, value, size);
}

HAK_EXPORT size_t hakmem_option_default(const char *name, char *value, size_t size)
{
	return get_option(hak_options_get_default, name, value, size);
}

HAK_EXPORT const char *hakmem_option_origin(const char *name)
{
	static const char words[HAK_N_ORIGINS][12] = { "default", "program", "file", "environment", "call" };
	enum hak_origin origin = hak_options_origin(name);

	if (origin == HAK_N_ORIGINS) {
		errno = ENOENT;
		return NULL;
	}
	return words[origin];
}

HAK_EXPORT size_t hakmem_trim(size_t target)
{
	struct hak_cache *c = hak_thread_enter();
	size_t n_bytes = hak_decay_trim(c, target);

	hak_thread_leave(c);
	return n_bytes;
}

HAK_EXPORT int hakmem_prof_start(void)
{
	return hakmem_option_set("prof", "true");
}

HAK_EXPORT int hakmem_prof_stop(void)
{
	return hakmem_option_set("prof", "false");
}

HAK_EXPORT int hakmem_prof_write(int fd, enum hakmem_prof_format format)
{
	int error = EINVAL;

	if (fd < 0)
		error = EBADF;
	else if (format == HAKMEM_PROF_PPROF || format == HAKMEM_PROF_TEXT || format == HAKMEM_PROF_FOLDED)
		error = hak_dump_write(fd, format);
	if (error != 0)
		errno = error;
	return error == 0 ? 0 : -1;
}

HAK_EXPORT int hakmem_fault_write(int fd, const void *address, const void *site)
{
	int error = fd >= 0 ? hak_dump_fault(fd, address, site) : EBADF;

	if (error != 0)
		errno = error;
	return error == 0 ? 0 : -1;
}

HAK_EXPORT int hakmem_ring_write(int fd)
{
	int error = fd >= 0 ? hak_ring_write(fd) : EBADF;

	if (error != 0)
		errno = error;
	return error == 0 ? 0 : -1;
}
