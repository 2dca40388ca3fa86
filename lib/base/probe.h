/* SPDX-License-Identifier: MIT */
/*
 * Owns: tracepoints (USDT) that a tracer can attach to, if the build has sys/sdt.h. Each is one nop instruction;
 *       man/hakmem.7 lists them. The same places tell a watcher in the process, if there is one.
 * Threads: any. Locks: none.
 */
#ifndef HAK_BASE_PROBE_H
#define HAK_BASE_PROBE_H

#include "base/atomic.h"

#ifdef HAVE_SYS_SDT_H
#define STAP_SDT_ARG_CONSTRAINT nr /* some tracers cannot read operands with a symbol in them */
#include <sys/sdt.h>
#define HAK_TRACE_2(name, a, b) STAP_PROBE2(hakmem, name, a, b)
#define HAK_TRACE_3(name, a, b, c) STAP_PROBE3(hakmem, name, a, b, c)
#else
#define HAK_TRACE_2(name, a, b) ((void)0)
#define HAK_TRACE_3(name, a, b, c) ((void)0)
#endif

/* Tracepoints by name. */
#define HAK_PROBES(X) \
	X(refill) X(flush) X(remote) X(slab) X(slab_free) X(run) X(run_free) X(large) X(large_free) X(superslab_new) X(purge) \
	X(limit) X(verdict)
#define HAK_PROBE_IDX(name) HAK_PROBE_##name,
enum hak_probe { HAK_PROBES(HAK_PROBE_IDX) HAK_N_PROBES };

/* any; NULL, or set once. Called anywhere: inside of misses and outside, with locks held, in signal handlers. */
extern void (*hak_probe_watcher)(enum hak_probe probe, uintptr_t a, uintptr_t b, uintptr_t c);

#define HAK_TELL(name, a, b, c) \
	do { \
		void (*watcher_)(enum hak_probe, uintptr_t, uintptr_t, uintptr_t) = hak_load_relaxed(&hak_probe_watcher); \
		if (HAK_UNLIKELY(watcher_ != NULL)) \
			watcher_(HAK_PROBE_##name, (uintptr_t)(a), (uintptr_t)(b), (uintptr_t)(c)); \
	} while (0)

#define HAK_PROBE(name, a, b) \
	do { \
		HAK_TRACE_2(name, a, b); \
		HAK_TELL(name, a, b, 0); \
	} while (0)
#define HAK_PROBE_3(name, a, b, c) \
	do { \
		HAK_TRACE_3(name, a, b, c); \
		HAK_TELL(name, a, b, c); \
	} while (0)

/* any: how many tracers are attached to otel_memory:alloc; written by the kernel or a debugger. */
extern uint16_t hak_probe_alloc_semaphore __attribute__((visibility("hidden")));

/* otel_memory:alloc and otel_memory:free, of samples only; weight: how many bytes the sample stands for. */
void hak_probe_alloc(const void *p, size_t size, uint64_t weight);
void hak_probe_free(const void *p);

#endif
