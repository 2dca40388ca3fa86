/* SPDX-License-Identifier: MIT */
#include "watch/event.h"

#include "base/probe.h"

/* Strings inside, no pointers: nothing here needs a relocation. */
enum word { END, CLASS, SLOTS, BLOCKS, ADDRESS, SIZE, HELD, HARD, VERDICT_KIND };
static const char words[][8] = { "", "class", "slots", "blocks", "address", "size", "held", "hard", "kind" };

/* What a probe's arguments are. */
static const struct { char name[14]; uint8_t word[3]; } kinds[HAK_N_PROBES] = {
#define KIND(name, ...) [HAK_PROBE_##name] = { #name, { __VA_ARGS__ } }
	KIND(refill, CLASS, SLOTS, ADDRESS),
	KIND(flush, CLASS, BLOCKS, ADDRESS),
	KIND(remote, CLASS, ADDRESS),
	KIND(slab, CLASS, ADDRESS),
	KIND(slab_free, CLASS, ADDRESS),
	KIND(run, SIZE, ADDRESS),
	KIND(run_free, SIZE, ADDRESS),
	KIND(large, SIZE, ADDRESS),
	KIND(large_free, SIZE, ADDRESS),
	KIND(superslab_new, ADDRESS, SIZE),
	KIND(purge, ADDRESS, SIZE),
	KIND(limit, HELD, HARD),
	KIND(verdict, VERDICT_KIND, ADDRESS),
};

static void add_seconds(struct hak_text *t, uint64_t ns)
{
	uint64_t rest = ns % 1000000000;

	hak_text_add_number(t, ns / 1000000000);
	hak_text_add(t, ".");
	for (uint64_t least = 100000000; least > 1 && rest < least; least /= 10)
		hak_text_add(t, "0");
	hak_text_add_number(t, rest);
}

void hak_event_print(struct hak_text *t, const struct hak_event *e)
{
	uint32_t what = e->what;

	if (what >= HAK_N_PROBES) /* of another process */
		return;
	add_seconds(t, e->when);
	hak_text_add(t, " thread ");
	hak_text_add_number(t, e->thread_id);
	hak_text_add(t, " ");
	hak_text_add(t, kinds[what].name);
	for (unsigned i = 0; i < 3 && kinds[what].word[i] != END; i++) {
		hak_text_add(t, " ");
		hak_text_add(t, words[kinds[what].word[i]]);
		hak_text_add(t, " ");
		if (kinds[what].word[i] == ADDRESS)
			hak_text_add_hex(t, e->value[i]);
		else
			hak_text_add_number(t, e->value[i]);
	}
	hak_text_add(t, "\n");
}
