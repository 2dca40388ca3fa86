/* SPDX-License-Identifier: MIT */
/*
 * Owns: writing a profile as pprof's profile.proto, in a gzip file of stored (not compressed) blocks.
 * Threads: any. Locks: those of watch/modules.h, inside.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/bits.h"
#include "base/call.h"
#include "base/check.h"
#include "hakmem.h"
#include "os/page.h"
#include "watch/dump.h"
#include "watch/modules.h"
#include "watch/copy.h"
#include "watch/profile.h"

#define BLOCK 16384   /* bytes of a stored block */
#define MESSAGE 1024  /* bytes of the longest submessage: a sample of HAK_PROF_DEPTH locations */
HAK_STATIC(MESSAGE > HAK_PROF_DEPTH * 10 + 11 * 12);
HAK_STATIC(MESSAGE > HAK_MODULE_NAME + 100);

enum wire { VARINT, BYTES = 2 };
enum profile { SAMPLE_TYPE = 1, SAMPLE, MAPPING, LOCATION, FUNCTION, STRING, TIME_NANOS = 9, PERIOD_TYPE = 11, PERIOD, COMMENT,
	DEFAULT_TYPE };

/* In this order. */
static const char words[][16] = { "", "alloc_objects", "count", "alloc_space", "bytes", "inuse_objects", "inuse_space",
	"peak_objects", "peak_space", "pinned_space", "leaked_objects", "leaked_space", "space", "[unknown]" };
enum word { EMPTY, ALLOC_OBJECTS, COUNT, ALLOC_SPACE, BYTES_WORD, INUSE_OBJECTS, INUSE_SPACE, PEAK_OBJECTS, PEAK_SPACE, PINNED_SPACE,
	LEAKED_OBJECTS, LEAKED_SPACE, SPACE, UNKNOWN, N_WORDS };
HAK_STATIC(sizeof words / sizeof words[0] == N_WORDS);

struct message {
	size_t n;
	uint8_t bytes[MESSAGE];
};

struct out {
	int fd;
	int error;           /* errno of the first failed write, or 0 */
	uint32_t crc;
	uint32_t n_all;      /* bytes of the profile, modulo 2^32 */
	uint64_t n_strings;
	uint32_t crc_of[256];
	size_t n;            /* bytes in block */
	uint8_t block[BLOCK];
	struct message message;
	struct hak_module modules[HAK_MODULES_MOST];
	size_t n_modules;
	bool names_functions; /* as far as the dynamic linker knows their names */
	size_t n_addresses;  /* of code, sorted, each once: locations 1, 2, ... */
	uintptr_t address[];
};

static void write_all(struct out *o, const void *bytes, size_t n)
{
	size_t done = 0;

	while (done < n && o->error == 0) {
		long k = hak_call(SYS_write, o->fd, (const char *)bytes + done, n - done);

		if (k > 0)
			done += (size_t)k;
		else if (k != -EINTR)
			o->error = k == 0 ? EIO : (int)-k;
	}
}

static void write_block(struct out *o, bool is_last)
{
	const uint8_t head[5] = { is_last, (uint8_t)o->n, (uint8_t)(o->n >> 8), (uint8_t)~o->n, (uint8_t)(~o->n >> 8) };

	for (size_t i = 0; i < o->n; i++)
		o->crc = o->crc_of[(o->crc ^ o->block[i]) & 255] ^ o->crc >> 8;
	o->n_all += (uint32_t)o->n;
	write_all(o, head, sizeof head);
	write_all(o, o->block, o->n);
	o->n = 0;
}

static void open_gzip(struct out *o)
{
	static const uint8_t head[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255 };

	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (unsigned k = 0; k < 8; k++)
			c = (c & 1) != 0 ? 0xedb88320 ^ c >> 1 : c >> 1;
		o->crc_of[i] = c;
	}
	o->crc = UINT32_MAX;
	write_all(o, head, sizeof head);
}

static void close_gzip(struct out *o)
{
	uint8_t tail[8];

	write_block(o, true);
	for (unsigned i = 0; i < 4; i++) {
		tail[i] = (uint8_t)(~o->crc >> 8 * i);
		tail[4 + i] = (uint8_t)(o->n_all >> 8 * i);
	}
	write_all(o, tail, sizeof tail);
}

static void put(struct out *o, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (o->n == BLOCK)
			write_block(o, false);
		o->block[o->n++] = ((const uint8_t *)bytes)[i];
	}
}

static size_t make_varint(uint8_t out[10], uint64_t v)
{
	size_t n = 0;

	for (; v > 127; v >>= 7)
		out[n++] = (uint8_t)(v | 128);
	out[n++] = (uint8_t)v;
	return n;
}

static void put_varint(struct out *o, uint64_t v)
{
	uint8_t bytes[10];

	put(o, bytes, make_varint(bytes, v));
}

static void put_bytes(struct out *o, unsigned field, const void *bytes, size_t n)
{
	put_varint(o, field << 3 | BYTES);
	put_varint(o, n);
	put(o, bytes, n);
}

static void put_number(struct out *o, unsigned field, uint64_t v)
{
	put_varint(o, field << 3 | VARINT);
	put_varint(o, v);
}

static void add_varint(struct message *m, uint64_t v)
{
	m->n += make_varint(m->bytes + m->n, v);
}

static void add_number(struct message *m, unsigned field, uint64_t v)
{
	add_varint(m, field << 3 | VARINT);
	add_varint(m, v);
}

static void put_message(struct out *o, unsigned field)
{
	put_bytes(o, field, o->message.bytes, o->message.n);
	o->message.n = 0;
}

/* Returns the string's number. */
static uint64_t put_string(struct out *o, const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	put_bytes(o, STRING, s, n);
	return o->n_strings++;
}

static void put_type(struct out *o, unsigned field, enum word type, enum word unit)
{
	add_number(&o->message, 1, type);
	add_number(&o->message, 2, unit);
	put_message(o, field);
}

static void sift(uintptr_t *a, size_t at, size_t n)
{
	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		uintptr_t v = a[at];

		if (child + 1 < n && a[child + 1] > a[child])
			child++;
		if (a[child] <= v)
			return;
		a[at] = a[child];
		a[child] = v;
	}
}

/* Sorts a, and drops duplicates. Returns how many are left. */
static size_t sort(uintptr_t *a, size_t n)
{
	size_t n_left = 0;

	for (size_t i = n / 2; i > 0; i--)
		sift(a, i - 1, n);
	for (size_t i = n; i > 1; i--) {
		uintptr_t v = a[0];

		a[0] = a[i - 1];
		a[i - 1] = v;
		sift(a, 0, i - 1);
	}
	for (size_t i = 0; i < n; i++)
		if (n_left == 0 || a[n_left - 1] != a[i])
			a[n_left++] = a[i];
	return n_left;
}

static uint64_t location_of(const struct out *o, uintptr_t address)
{
	size_t from = 0, to = o->n_addresses;

	while (to - from > 1) {
		size_t middle = (from + to) / 2;

		if (o->address[middle] <= address)
			from = middle;
		else
			to = middle;
	}
	return from + 1;
}

static void put_mapping(struct out *o, uint64_t id, const struct hak_module *m, uint64_t name, uint64_t build_id)
{
	add_number(&o->message, 1, id);
	add_number(&o->message, 2, m->start);
	add_number(&o->message, 3, m->end);
	add_number(&o->message, 4, m->offset);
	add_number(&o->message, 5, name);
	add_number(&o->message, 6, build_id);
	put_message(o, MAPPING);
}

static void put_mappings(struct out *o)
{
	/* For addresses in no file, such as code generated at run time: readers want a mapping for every location. */
	struct hak_module others = { .start = UINTPTR_MAX };

	for (size_t i = 0; i < o->n_modules; i++) {
		const struct hak_module *m = &o->modules[i];
		char hex[2 * HAK_BUILD_ID_MOST + 1];
		size_t n = 0;

		for (; n < m->n_build_id; n++) {
			hex[2 * n] = "0123456789abcdef"[m->build_id[n] >> 4];
			hex[2 * n + 1] = "0123456789abcdef"[m->build_id[n] & 15];
		}
		hex[2 * n] = '\0';
		put_mapping(o, i + 1, m, put_string(o, m->name), n > 0 ? put_string(o, hex) : EMPTY);
	}
	for (size_t i = 0; i < o->n_addresses; i++) {
		if (hak_modules_find(o->modules, o->n_modules, o->address[i]) != NULL)
			continue;
		others.start = o->address[i] < others.start ? o->address[i] : others.start;
		others.end = o->address[i] + 1;
	}
	if (others.end != 0)
		put_mapping(o, o->n_modules + 1, &others, UNKNOWN, EMPTY);
}

static void put_locations(struct out *o)
{
	uintptr_t last = 0;
	uint64_t n_functions = 0;

	for (size_t i = 0; i < o->n_addresses; i++) {
		const struct hak_module *m = hak_modules_find(o->modules, o->n_modules, o->address[i]);
		uintptr_t start = 0;
		const char *name = m != NULL && o->names_functions ? hak_modules_function(o->address[i], &start) : NULL;

		if (name != NULL && (n_functions == 0 || start != last)) {
			uint64_t string = put_string(o, name);

			add_number(&o->message, 1, ++n_functions);
			add_number(&o->message, 2, string);
			add_number(&o->message, 3, string);
			put_message(o, FUNCTION);
			last = start;
		}
		add_number(&o->message, 1, i + 1);
		add_number(&o->message, 2, m != NULL ? (uint64_t)(m - o->modules) + 1 : o->n_modules + 1);
		add_number(&o->message, 3, o->address[i]);
		if (name != NULL) {
			uint8_t id[10];
			size_t n = make_varint(id, n_functions);

			add_varint(&o->message, 4 << 3 | BYTES);
			add_varint(&o->message, n + 1);
			add_varint(&o->message, 1 << 3 | VARINT);
			add_varint(&o->message, n_functions);
		}
		put_message(o, LOCATION);
	}
}

static void add_samples(struct message *m, const struct hak_profile_site *site, uint64_t n)
{
	add_number(m, 2, (uint64_t)((double)n * site->weight + 0.5));
	add_number(m, 2, (uint64_t)((double)n * site->weight * (double)site->size + 0.5));
}

static void put_sample(struct out *o, const struct hak_profile_site *site, bool has_leaked)
{
	/* These are return addresses; the call is just before them. */
	for (uint32_t i = 0; i < site->n_frames; i++)
		add_number(&o->message, 1, location_of(o, site->frame[i] - 1));
	add_samples(&o->message, site, site->n_taken);
	add_samples(&o->message, site, site->n_live);
	add_samples(&o->message, site, site->n_peak);
	add_number(&o->message, 2, site->pinned);
	if (has_leaked)
		add_samples(&o->message, site, site->n_leaked);
	/* A label with the size of the blocks. */
	{
		uint8_t bytes[10];

		add_varint(&o->message, 3 << 3 | BYTES);
		add_varint(&o->message, 3 + make_varint(bytes, site->size));
		add_number(&o->message, 1, BYTES_WORD);
		add_number(&o->message, 3, site->size);
	}
	put_message(o, SAMPLE);
}

static void put_profile(struct out *o, const struct hak_profile_copy *copy)
{
	struct hak_profile_site site;
	struct timespec now = { .tv_sec = 0 };

	for (unsigned i = 0; i < N_WORDS; i++)
		put_string(o, words[i]);
	put_type(o, SAMPLE_TYPE, ALLOC_OBJECTS, COUNT);
	put_type(o, SAMPLE_TYPE, ALLOC_SPACE, BYTES_WORD);
	put_type(o, SAMPLE_TYPE, INUSE_OBJECTS, COUNT);
	put_type(o, SAMPLE_TYPE, INUSE_SPACE, BYTES_WORD);
	put_type(o, SAMPLE_TYPE, PEAK_OBJECTS, COUNT);
	put_type(o, SAMPLE_TYPE, PEAK_SPACE, BYTES_WORD);
	put_type(o, SAMPLE_TYPE, PINNED_SPACE, BYTES_WORD);
	if (copy->reach != NULL) {
		put_type(o, SAMPLE_TYPE, LEAKED_OBJECTS, COUNT);
		put_type(o, SAMPLE_TYPE, LEAKED_SPACE, BYTES_WORD);
	}
	put_type(o, PERIOD_TYPE, SPACE, BYTES_WORD);
	put_number(o, PERIOD, copy->interval);
	put_number(o, DEFAULT_TYPE, INUSE_SPACE);
	put_number(o, COMMENT, put_string(o, "libhakmem " HAKMEM_VERSION));
	clock_gettime(CLOCK_REALTIME, &now);
	put_number(o, TIME_NANOS, (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
	put_mappings(o);
	put_locations(o);
	for (size_t at = 0; hak_profile_next(copy, &at, &site);)
		put_sample(o, &site, copy->reach != NULL);
}

static size_t collect_addresses(const struct hak_profile_copy *copy, uintptr_t *to)
{
	struct hak_profile_site site;
	size_t n = 0;

	for (size_t at = 0; hak_profile_next(copy, &at, &site); n += site.n_frames)
		for (uint32_t i = 0; to != NULL && i < site.n_frames; i++)
			to[n + i] = site.frame[i] - 1;
	return n;
}

int hak_dump_pprof(int fd, const struct hak_profile_copy *copy, bool names_functions)
{
	size_t size = hak_round_up(sizeof(struct out) + collect_addresses(copy, NULL) * sizeof(uintptr_t), hak_os_page_size());
	struct out *o = hak_os_map(size, hak_os_page_size(), "hakmem: profile");
	int error;

	if (o == NULL)
		return ENOMEM;
	o->fd = fd;
	o->names_functions = names_functions;
	o->n_addresses = sort(o->address, collect_addresses(copy, o->address));
	o->n_modules = hak_modules_get(o->modules);
	open_gzip(o);
	put_profile(o, copy);
	close_gzip(o);
	error = o->error;
	hak_os_unmap(o, size);
	return error;
}
