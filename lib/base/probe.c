/* SPDX-License-Identifier: MIT */
/* Owns: the tracepoints with semaphores; sys/sdt.h wants them for all tracepoints of a file, or for none. */
#define _SDT_HAS_SEMAPHORES 1 /* NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

#include "base/probe.h"

void (*hak_probe_watcher)(enum hak_probe probe, uintptr_t a, uintptr_t b, uintptr_t c);

#ifdef HAVE_SYS_SDT_H
uint16_t hak_probe_alloc_semaphore __attribute__((section(".probes")));
uint16_t hak_probe_free_semaphore __attribute__((section(".probes"), visibility("hidden")));

/* The names that sys/sdt.h wants, as local aliases: in a static archive they would clash with those of others. */
__asm__(".set otel_memory_alloc_semaphore, hak_probe_alloc_semaphore\n"
	".set otel_memory_free_semaphore, hak_probe_free_semaphore");
extern uint16_t otel_memory_alloc_semaphore __asm__("hak_probe_alloc_semaphore");
extern uint16_t otel_memory_free_semaphore __asm__("hak_probe_free_semaphore");
#define PROBE_1(provider, name, a) STAP_PROBE1(provider, name, a)
#define PROBE_3(provider, name, a, b, c) STAP_PROBE3(provider, name, a, b, c)
#else
uint16_t hak_probe_alloc_semaphore;
#define PROBE_1(provider, name, a) ((void)(a))
#define PROBE_3(provider, name, a, b, c) ((void)(a), (void)(b), (void)(c))
#endif

/* Not inlined: some tracers read the arguments from the registers of the calling convention. */
HAK_NOINLINE void hak_probe_alloc(const void *p, size_t size, uint64_t weight)
{
	PROBE_3(otel_memory, alloc, p, size, weight);
}

HAK_NOINLINE void hak_probe_free(const void *p)
{
	PROBE_1(otel_memory, free, p);
}
