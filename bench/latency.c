/* SPDX-License-Identifier: MIT */
/*
 * latency: how long single calls take. The loop of random_mixed (with a draw of its own for the size),
 * each malloc and each free timed alone and counted in a histogram of 64 steps an octave, so a figure is
 * within 1.6 %. The maximum is exact. The figures contain the cost of reading the clock (timer_ns); what
 * the machine does to a thread (interrupts, other processes) shows in the tail, so compare on an idle one.
 */
#include "bench.h"

enum { sub_bits = 6, n_sub = 1 << sub_bits, n_buckets = (64 - sub_bits) * n_sub };

struct histogram {
	uint64_t counts[n_buckets];
	uint64_t n, max;
};

#if defined(__x86_64__) || defined(__i386__)
/* The fences keep the timed call from running into the clock's reading, on either side. */
static inline uint64_t ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc; lfence" : "=a"(lo), "=d"(hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}
#else
static inline uint64_t ticks(void)
{
	return bench_now();
}
#endif

static void count(struct histogram *h, uint64_t t)
{
	unsigned octave = t < n_sub ? 0 : 64 - sub_bits - (unsigned)__builtin_clzll(t);

	/* Octave 0 counts each value; octave k > 0 counts [n_sub, 2 n_sub) << (k - 1). */
	h->counts[octave ? (size_t)octave * n_sub + (t >> (octave - 1)) - n_sub : t]++;
	h->n++;
	if (t > h->max)
		h->max = t;
}

/* The value that the share q of all is not above, in ticks. */
static double quantile(const struct histogram *h, double q)
{
	uint64_t below = 0, want = (uint64_t)(q * (double)h->n);

	for (unsigned i = 0; i < n_buckets; i++) {
		unsigned octave = i / n_sub;

		below += h->counts[i];
		if (below > want) {
			double end = octave ? (double)((uint64_t)(i % n_sub + n_sub + 1) << (octave - 1)) : i;

			return end > (double)h->max ? (double)h->max : end;
		}
	}
	return (double)h->max;
}

/* Appends JSON members for the report; at is how much of the text is used. Returns the new at. */
static size_t add_json(char *text, size_t size, size_t at, const char *name, const struct histogram *h,
		       double ns)
{
	int n = snprintf(text + at, size - at, ",\"%s_p50_ns\":%.1f,\"%s_p99_ns\":%.1f,\"%s_p9999_ns\":%.1f,"
			 "\"%s_max_ns\":%.1f", name, quantile(h, 0.5) * ns, name, quantile(h, 0.99) * ns, name,
			 quantile(h, 0.9999) * ns, name, (double)h->max * ns);

	return at + (size_t)n;
}

static void print_text(const char *name, const struct histogram *h, double ns)
{
	printf("latency: %-6s p50 %8.0f ns, p99 %8.0f ns, p99.99 %8.0f ns, max %10.0f ns, %" PRIu64 " calls\n", name,
	       quantile(h, 0.5) * ns, quantile(h, 0.99) * ns, quantile(h, 0.9999) * ns, (double)h->max * ns, h->n);
}

int main(int argc, char **argv)
{
	enum { h_malloc, h_free, h_all, h_timer, n_histograms };
	struct bench b;
	struct histogram *h;
	uint64_t n_cycles, t0, t1, tick0, tick1;
	size_t n_slots, at;
	uint32_t rng;
	unsigned char **slots;
	double ns;
	char json[1024];

	bench_init(&b, "latency", "[cycles ws seed]", argc, argv);
	n_cycles = bench_num(&b, 1, 10000000, 1, UINT64_MAX);
	n_slots = bench_num(&b, 2, 8192, 1, UINT32_MAX);
	rng = (uint32_t)bench_num(&b, 3, 1234567, 1, UINT32_MAX);
	bench_args_end(&b, 3);
	slots = bench_map(&b, n_slots * sizeof(*slots));
	h = bench_map(&b, n_histograms * sizeof(*h));

	bench_start(&b);
	tick0 = ticks();
	for (int i = 0; i < 100000; i++) {
		t0 = ticks();
		t1 = ticks();
		count(&h[h_timer], t1 - t0);
	}
	for (uint64_t i = 0; i < n_cycles; i++) {
		uint32_t r = bench_rand32(&rng);
		size_t idx = r % n_slots;
		unsigned kind = slots[idx] ? h_free : h_malloc;

		if (slots[idx]) {
			t0 = ticks();
			free(slots[idx]);
			t1 = ticks();
			slots[idx] = NULL;
		} else {
			size_t size = 16 + (bench_rand32(&rng) & 0x3ff);

			t0 = ticks();
			slots[idx] = malloc(size);
			t1 = ticks();
			if (!slots[idx])
				bench_die(&b, "out of memory");
			slots[idx][0] = (unsigned char)r;
		}
		count(&h[kind], t1 - t0);
		count(&h[h_all], t1 - t0);
	}
	for (size_t i = 0; i < n_slots; i++)
		free(slots[i]);
	tick1 = ticks();
	bench_stop(&b);
	ns = (double)b.ns / (double)(tick1 - tick0);

	at = add_json(json, sizeof(json), 0, "all", &h[h_all], ns);
	at = add_json(json, sizeof(json), at, "malloc", &h[h_malloc], ns);
	add_json(json, sizeof(json), at, "free", &h[h_free], ns);
	bench_report(&b, n_cycles, ",\"ws\":%zu,\"timer_ns\":%.1f,\"switches\":%ld%s", n_slots,
		     quantile(&h[h_timer], 0.5) * ns, b.ru1.ru_nivcsw - b.ru0.ru_nivcsw, json);
	print_text("all", &h[h_all], ns);
	print_text("malloc", &h[h_malloc], ns);
	print_text("free", &h[h_free], ns);
	return 0;
}
