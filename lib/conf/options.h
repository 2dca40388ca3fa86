/* SPDX-License-Identifier: MIT */
/*
 * Owns: the run-time options, read once, from the places in conf/sources.h, by whoever comes first.
 * Threads: read by any on miss paths; written at start-up, and by hakmem_option_set() for those that may change.
 * Locks: none: each option is one word.
 * O1 Every field is valid as initialised statically: malloc is called before any constructor, and before the
 *    environment can be found.
 * O2 Whoever makes something that an option shapes calls hak_options_ensure() first: constructors of other libraries
 *    run before ours, and allocate.
 */
#ifndef HAK_CONF_OPTIONS_H
#define HAK_CONF_OPTIONS_H

#include "base/atomic.h"
#include "base/attr.h"
#include "base/text.h"
#include "conf/sources.h"

enum hak_stats_when {
	HAK_STATS_NONE,
	HAK_STATS_EXIT, /* text at exit */
	HAK_STATS_JSON  /* JSON at exit */
};

enum hak_thp {
	HAK_THP_DEFAULT, /* as the kernel's setting says */
	HAK_THP_ALWAYS,
	HAK_THP_NEVER,
	HAK_THP_AUTO     /* where they waste little */
};

enum hak_limit_mode {
	HAK_LIMIT_NONE,
	HAK_LIMIT_CGROUP /* the container's limit is a hard one */
};

enum hak_profile {
	HAK_PROFILE_DEFAULT,
	HAK_PROFILE_HARDENED, /* all parts of hardening, except those set by themselves */
	HAK_PROFILE_DEBUG     /* the same; each block is a sample, the heap is checked now and then, realloc() always moves */
};

/* What a hardened process does, as bits. */
enum hak_harden_part {
	HAK_HARDEN_UNKNOWN = 1,    /* the options are not known yet; alone */
	HAK_HARDEN_ZERO = 2,
	HAK_HARDEN_PAD = 4,
	HAK_HARDEN_RANDOM = 8,
	HAK_HARDEN_QUARANTINE = 16,
	HAK_HARDEN_KINDS = 32,
	HAK_HARDEN_GUARD = 64,
	HAK_HARDEN_CHAOS = 128,    /* some allocations fail */
	HAK_HARDEN_MOVE = 256,     /* realloc() always moves */
	HAK_HARDEN_CHECK = 512     /* the heap is checked now and then */
};

/* const after the first slow allocation that finds the options known (free/harden.h): these parts, or 0. */
extern uint32_t hak_harden;

/* Is the process a hardened one? */
HAK_INLINE bool hak_is_hardened(void)
{
	return HAK_UNLIKELY(hak_load_relaxed(&hak_harden) > HAK_HARDEN_UNKNOWN);
}

/* Does it do any of this? */
HAK_INLINE bool hak_does(uint32_t parts)
{
	return (hak_load_relaxed(&hak_harden) & parts) != 0;
}

/* Sizes: bytes; negative: per cent; 0: off. */
#define HAK_SIZE_AUTO (-1000)

struct hak_options {
	int64_t strict;      /* const: a mistake in an option is fatal */
	int64_t on_report;   /* const: a bad free is reported, not fatal */
	int64_t stats;       /* const: enum hak_stats_when */
	int64_t cache_cap;   /* const: most blocks cached per class */
	int64_t diet;        /* any: small caches, prompt purging */
	int64_t purge_delay; /* any: ms; -1: never */
	int64_t purge_thread; /* any: a thread of our own purges, beside the miss paths */
	int64_t purge_lazy;  /* any: the kernel takes what is purged when it needs it (MADV_FREE) */
	int64_t thp;         /* any: enum hak_thp; counts for what is mapped from then on */
	int64_t limit_soft;  /* any: a size, or HAK_SIZE_AUTO */
	int64_t limit_hard;  /* any: a size */
	int64_t limit;       /* const: enum hak_limit_mode */
	int64_t name_memory; /* const: mappings have names: hak_os_is_naming */
	int64_t prof;        /* any: samples for the heap profile are taken */
	int64_t prof_interval; /* any: bytes between two of them; counts from the next start on */
	int64_t prof_memory; /* const: bytes for all their records */
	int64_t prof_leaks;   /* const: the profile at exit tells leaks */
	int64_t prof_signal; /* const: the signal that asks for a profile; 0: none */
	int64_t stats_page;  /* const: the figures are published in a page of memory */
	int64_t stats_interval; /* any: s between two writings of stats_file */
	int64_t ring;        /* const: events kept of each thread; 0: none */
	int64_t profile;     /* const: enum hak_profile */
	int64_t zero_free;   /* const: HAK_HARDEN_ZERO: free blocks are zero, and checked */
	int64_t pad;         /* const: HAK_HARDEN_PAD: a pattern after the size requested, checked */
	int64_t random;      /* const: HAK_HARDEN_RANDOM: blocks and mappings at random addresses */
	int64_t quarantine;  /* const: HAK_HARDEN_QUARANTINE: freed blocks are reused late */
	int64_t kinds;       /* const: HAK_HARDEN_KINDS: malloc, new and new[] are told apart */
	int64_t guard;       /* const: HAK_HARDEN_GUARD: inaccessible OS pages after slabs and around large blocks */
	int64_t chaos;       /* const: HAK_HARDEN_CHAOS: one in this many allocations fails; 0: none */
	int64_t chaos_seed;  /* const once the process is a hardened one: which ones; 0: by chance */
	int64_t guard_sample; /* const: some blocks are sentries (large/sentry.h), unless the process is a hardened one; 2: at once */
};

#define HAK_ROOT_SIZE 128
extern char hak_cgroup_root[HAK_ROOT_SIZE]; /* const: empty: HAK_CGROUP_ROOT */
extern char hak_prof_dump[HAK_ROOT_SIZE];   /* const: where a profile goes at exit; empty: nowhere */
extern char hak_stats_path[HAK_ROOT_SIZE];  /* const: empty: none */

extern struct hak_options hak_options;

enum hak_option_answer {
	HAK_OPTION_DONE,
	HAK_OPTION_DONE_SIZE, /* and the limits must be worked out again */
	HAK_OPTION_UNKNOWN,
	HAK_OPTION_BAD_VALUE,
	HAK_OPTION_FIXED /* cannot be changed while the program runs */
};

enum hak_options_state { HAK_OPTIONS_UNREAD, HAK_OPTIONS_READING, HAK_OPTIONS_READ };

extern enum hak_options_state hak_options_state; /* any */

/* Reads the options, unless that was done or the environment cannot be found yet. Reports each mistake on stderr, once. Any
 * thread, any time. Neither allocates nor waits: whoever comes while another thread reads continues with what is there. */
void hak_options_read(void) HAK_COLD;

HAK_INLINE void hak_options_ensure(void)
{
	if (HAK_UNLIKELY(hak_load_acquire(&hak_options_state) != HAK_OPTIONS_READ))
		hak_options_read();
}

/* The parts of hardening that the options name: enum hak_harden_part; 0: none. */
uint32_t hak_options_harden(void);

enum hak_option_answer hak_options_set(const char *name, const char *value);

/* Appends the value of an option; false: no such option. */
bool hak_options_get(const char *name, struct hak_text *out);

/* The same for its default. */
bool hak_options_get_default(const char *name, struct hak_text *out);

/* Where the value comes from; HAK_N_ORIGINS: no such option. */
enum hak_origin hak_options_origin(const char *name);

/* Appends "name: value" lines for all of them. */
void hak_options_list(struct hak_text *out);

#endif
