/* SPDX-License-Identifier: MIT */
#include "watch/reach.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>

#include "base/bits.h"
#include "base/call.h"
#include "large/kept.h"
#include "large/large.h"
#include "os/page.h"
#include "region/meta.h"
#include "tiny/slab.h"
#include "watch/profile.h"
#include "watch/stats.h"
#include "watch/table.h"

struct block {
	struct hak_entry entry;
	uint64_t start;
};

struct hak_reach {
	size_t size;                     /* of the mapping that holds it and all that follows, away from what is read */
	struct hak_table reached;        /* blocks; those not read yet come last */
	struct hak_table sampled;        /* those that had a record in the profile before the search */
	uintptr_t frame;                 /* what is below it on the stack is not in use */
	uintptr_t large_low, large_high; /* all large blocks are in between */
	long tid;
	bool has_failed;
	uintptr_t buffer[HAK_REACH_CHUNK / sizeof(uintptr_t)];
};

#define UNITS(size) ((uint32_t)((size) / HAK_TABLE_UNIT))
HAK_STATIC(sizeof(struct block) % HAK_TABLE_UNIT == 0);

static uint32_t hash_of(uintptr_t start)
{
	return (uint32_t)((uint64_t)start * 0x9fb21c651e98df25u >> 32);
}

static bool has(const struct hak_table *t, uintptr_t start)
{
	const struct block *b;

	for (uint32_t at = *hak_table_bucket(t, hash_of(start)); at != 0; at = b->entry.next) {
		b = hak_table_at(t, at);
		if (b->start == start)
			return true;
	}
	return false;
}

static void add(struct hak_reach *r, struct hak_table *t, uintptr_t start)
{
	struct block *b = has(t, start) ? NULL : hak_table_room(t, sizeof *b);

	if (b == NULL) {
		r->has_failed |= !has(t, start);
		return;
	}
	b->start = start;
	b->entry.hash = hash_of(start);
	t->used += UNITS(sizeof *b);
	hak_table_put(t, &b->entry);
}

static void add_sample(uintptr_t block, size_t site, void *arg)
{
	struct hak_reach *r = arg;

	(void)site;
	add(r, &r->sampled, block);
}

/* What is left of [base, base + size) from p on; 0: p is elsewhere. */
static size_t rest_of(uintptr_t p, const char *base, size_t size)
{
	size_t off = p - (uintptr_t)base;

	return base != NULL && off < size ? size - off : 0;
}

/* The same for its mapping; its block may begin later. */
static size_t rest_of_large(uintptr_t p, const struct hak_large *l)
{
	uintptr_t base = hak_round_down((uintptr_t)hak_load_relaxed(&l->span.base), hak_os_page_size());

	return rest_of(p, (const char *)base, hak_load_relaxed(&l->mapped));
}

static const struct hak_large *find_large(const struct hak_reach *r, uintptr_t p)
{
	if (p < r->large_low || p >= r->large_high)
		return NULL;
	for (const struct hak_large *l = hak_load_acquire(&hak_large_all); l != NULL; l = l->next)
		if (rest_of_large(p, l) > 0)
			return l;
	return NULL;
}

/* The live block that p lies in, and its size; 0: none. */
static uintptr_t find_block(const struct hak_reach *r, uintptr_t p, size_t *size)
{
	const struct hak_span *span = hak_registry_find((const void *)p);
	unsigned kind;

	kind = span != NULL ? hak_load_relaxed(&span->kind) : HAK_KIND_LARGE;
	if (kind == HAK_KIND_LARGE) {
		const struct hak_large *l = find_large(r, p); /* only its first slice is in the registry */

		if (l == NULL)
			return 0;
		span = &l->span;
	} else if (kind == HAK_KIND_SLAB) {
		const struct hak_slab *s = (const struct hak_slab *)span;
		struct hak_slab_view v = hak_slab_view_any(s);
		size_t idx = hak_slab_view_idx(&v, (const void *)p);

		if (idx >= v.n_blocks || !hak_is_alive(hak_load_relaxed(&s->live[idx])))
			return 0;
		*size = v.size;
		return (uintptr_t)v.base + idx * v.size;
	} else if (kind == HAK_KIND_NONE) {
		return 0;
	}
	*size = hak_load_relaxed(&span->size);
	return (uintptr_t)hak_load_relaxed(&span->base);
}

/* By a system call, since what is mapped here may go or be inaccessible. */
static void read_words(struct hak_reach *r, uintptr_t from, uintptr_t end)
{
	while (from < end && !r->has_failed) {
		struct iovec to = { r->buffer, end - from < sizeof r->buffer ? end - from : sizeof r->buffer };
		struct iovec at = { (void *)from, to.iov_len };
		long n = hak_call(SYS_process_vm_readv, r->tid, &to, 1, &at, 1, 0);

		if (n < (long)sizeof *r->buffer) {
			r->has_failed |= n < 0 && n != -EFAULT;
			from = hak_round_down(from, hak_os_page_size()) + hak_os_page_size();
			continue;
		}
		for (size_t i = 0; i < (size_t)n / sizeof *r->buffer; i++) {
			size_t size;
			uintptr_t start = find_block(r, r->buffer[i], &size);

			if (start != 0)
				add(r, &r->reached, start);
		}
		from += (size_t)n & ~(sizeof *r->buffer - 1);
	}
}

/* How many bytes from p on are the allocator's own, or in its blocks? */
static size_t own_bytes(const struct hak_reach *r, uintptr_t p)
{
	const struct hak_span *span = hak_registry_find((const void *)p);
	const struct hak_large *l = find_large(r, p);
	size_t n = rest_of(p, (const char *)r, r->size);

	if (n == 0) /* its entries have addresses of slabs, and so of their first blocks */
		n = rest_of(p, (const char *)hak_registry_front, sizeof hak_registry_front);
	if (span != NULL && span->kind != HAK_KIND_LARGE)
		return HAK_SLICE_SIZE - p % HAK_SLICE_SIZE;
	if (l != NULL)
		n = rest_of_large(p, l);
	for (const struct hak_kept *k = hak_kept_slots; n == 0 && k < hak_kept_slots + HAK_KEPT_SLOTS; k++)
		n = rest_of(p, hak_load_relaxed(&k->base), hak_load_relaxed(&k->size));
	for (const struct hak_meta_range *m = hak_load_acquire(&hak_meta_ranges); n == 0 && m != NULL; m = m->next)
		n = rest_of(p, m->base, m->size);
	return n;
}

static void read_area(struct hak_reach *r, uintptr_t from, uintptr_t end)
{
	size_t page = hak_os_page_size();

	if (r->frame - from < end - from)
		from = r->frame;
	while (from < end) {
		size_t n = own_bytes(r, from), to_page = page - from % page;
		size_t to_front = (uintptr_t)hak_registry_front - from; /* which need not begin a page */

		to_page = to_front > 0 && to_front < to_page ? to_front : to_page;
		if (n == 0)
			read_words(r, from, from + to_page);
		from += n > 0 ? n : to_page;
	}
}

static uintptr_t read_hex(const char **at)
{
	uintptr_t n = 0;

	for (;; ++*at) {
		char c = **at;

		if (c >= '0' && c <= '9')
			n = n << 4 | (uintptr_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			n = n << 4 | (uintptr_t)(c - 'a' + 10);
		else
			return n;
	}
}

/* "55d0c8a00000-55d0c8a21000 rw-p ..." */
static void read_mapping(struct hak_reach *r, const char *line)
{
	const char *at = line;
	uintptr_t from = read_hex(&at), end;

	at += *at == '-';
	end = read_hex(&at);
	/* What was made read-only later may be data, too. */
	if (at[0] == ' ' && at[1] == 'r' && (at[2] == 'w' || (at[3] == '-' && at[4] == 'p')))
		read_area(r, from, end);
}

/* Of this thread: if the main thread has ended, the process has none under /proc/self. */
static void read_mappings(struct hak_reach *r)
{
	char bytes[1024] = "", line[40]; /* as far as it is of interest */
	size_t n_line = 0;
	long n, fd = hak_call(SYS_openat, AT_FDCWD, "/proc/thread-self/maps", O_RDONLY | O_CLOEXEC);

	r->has_failed |= fd < 0;
	while (!r->has_failed && (n = hak_call(SYS_read, fd, bytes, sizeof bytes)) > 0) {
		for (long i = 0; i < n; i++) {
			if (bytes[i] != '\n') {
				line[n_line] = bytes[i];
				n_line += n_line < sizeof line - 1;
				continue;
			}
			line[n_line] = '\0';
			n_line = 0;
			read_mapping(r, line);
		}
	}
	if (fd >= 0)
		hak_call(SYS_close, fd);
}

static void read_reached(struct hak_reach *r)
{
	for (uint32_t at = 1; at < r->reached.used; at += UNITS(sizeof(struct block))) {
		const struct block *b = hak_table_at(&r->reached, at);
		size_t size;

		if (find_block(r, (uintptr_t)b->start, &size) == b->start)
			read_words(r, (uintptr_t)b->start, (uintptr_t)b->start + size);
	}
}

static struct hak_reach *make_room(void)
{
	struct hakmem_class_stats classes[HAK_N_CLASSES];
	struct hakmem_stats stats;
	struct hak_reach *r;
	size_t n = HAK_REACH_SPARE, size;
	char *at;

	hak_stats_count(&stats);
	hak_stats_get_classes(classes);
	for (unsigned sc = 0; sc < HAK_N_CLASSES; sc++)
		n += (size_t)(classes[sc].n_live + classes[sc].n_cached + classes[sc].n_in_flight);
	n += (size_t)stats.active / HAK_SLICE_SIZE; /* runs and large blocks */
	size = hak_round_up(sizeof *r + 2 * n * (sizeof(struct block) + sizeof(uint64_t)), hak_os_page_size());
	r = hak_os_map(size, hak_os_page_size(), "hakmem: profile");
	if (r == NULL)
		return NULL;
	r->size = size;
	at = (char *)(r + 1);
	hak_table_make(&r->reached, &at, n * sizeof(struct block), n);
	hak_table_make(&r->sampled, &at, n * sizeof(struct block), n);
	return r;
}

static HAK_NOINLINE struct hak_reach *search(void)
{
	struct hak_reach *r = make_room();

	if (r == NULL)
		return NULL;
	r->frame = (uintptr_t)__builtin_frame_address(0);
	r->tid = hak_call(SYS_gettid);
	r->large_low = UINTPTR_MAX;
	for (const struct hak_large *l = hak_load_acquire(&hak_large_all); l != NULL; l = l->next) {
		uintptr_t base = hak_round_down((uintptr_t)hak_load_relaxed(&l->span.base), hak_os_page_size());
		uintptr_t end = base + hak_load_relaxed(&l->mapped);

		if (end == base) /* not in use */
			continue;
		r->large_low = base < r->large_low ? base : r->large_low;
		r->large_high = end > r->large_high ? end : r->large_high;
	}
	hak_profile_visit(hak_profile_serial(), add_sample, r);
	/* Twice: another thread may have moved the only address of a block from where nobody had looked yet to where
	 * somebody had. */
	for (int i = 0; i < 2; i++) {
		read_mappings(r);
		read_reached(r);
	}
	if (r->has_failed) {
		hak_reach_end(r);
		return NULL;
	}
	return r;
}

struct hak_reach *hak_reach_search(void)
{
	struct hak_reach *r;

	__builtin_unwind_init(); /* registers are on the stack now, in this frame */
	r = search();
	__asm__ volatile("" : : : "memory"); /* not a tail call: the frame stays */
	return r;
}

bool hak_reach_is_leaked(const struct hak_reach *r, uintptr_t p)
{
	size_t size;

	return has(&r->sampled, p) && !has(&r->reached, p) && find_block(r, p, &size) == p;
}

void hak_reach_end(struct hak_reach *r)
{
	if (r != NULL)
		hak_os_unmap(r, r->size);
}
