/* SPDX-License-Identifier: MIT */
/*
 * Owns: tracepoints (USDT) that a tracer can attach to, if the build has sys/sdt.h. Each is one nop instruction;
 *       man/hakmem.7 lists them.
 * Threads: any. Locks: none.
 */
#ifndef HAK_BASE_PROBE_H
#define HAK_BASE_PROBE_H

#include "base/attr.h"

#ifdef HAVE_SYS_SDT_H
#define STAP_SDT_ARG_CONSTRAINT nr /* some tracers cannot read operands with a symbol in them */
#include <sys/sdt.h>
#define HAK_PROBE(name, a, b) STAP_PROBE2(hakmem, name, a, b)
#else
#define HAK_PROBE(name, a, b) ((void)0)
#endif

/* any: how many tracers are attached to otel_memory:alloc; written by the kernel or a debugger. */
extern uint16_t hak_probe_alloc_semaphore __attribute__((visibility("hidden")));

/* otel_memory:alloc and otel_memory:free, of samples only; weight: how many bytes the sample stands for. */
void hak_probe_alloc(const void *p, size_t size, uint64_t weight);
void hak_probe_free(const void *p);

#endif
